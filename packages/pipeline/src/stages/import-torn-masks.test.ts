import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TAG } from '@radweave/importing/dicom/tags';
import { madeUpDicom, madeUpSlice } from '@radweave/importing/testing/made-up';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { importOptions } from './import.options.test.data.ts';
import { importStage } from './import.ts';

const mask = { slices: 'largest', crop: null, name: null };
const SEG = '1.2.840.10008.5.1.4.1.1.66.4';
const RTSTRUCT = '1.2.840.10008.5.1.4.1.1.481.3';

test.each([
  ['a segmentation', SEG, 'HN-1', true],
  ['regions', RTSTRUCT, 'HN-1', true],
  ['a segmentation of a patient without images', SEG, 'HN-2', false],
  ['an image', '1.2.840.10008.5.1.4.1.1.2', 'HN-1', false],
])(
  '%s among DICOM files, cut off in its header, stops the import where it is a mask of a patient',
  async (_, sopClass, patient, stops) => {
    const folder = tempDir();
    mkdirSync(join(folder, 'files'));
    writeFileSync(join(folder, 'files', '1.dcm'), madeUpDicom(madeUpSlice()));
    const file = madeUpDicom(
      madeUpSlice({ [TAG.sopClass]: ['UI', sopClass], [TAG.patientId]: ['LO', patient] }),
    );
    writeFileSync(join(folder, 'files', 'x'), file.subarray(0, file.length - 500));
    const options = importOptions(folder, 'files', { kind: 'dicom', mask, dryRun: true });
    const context = listening();
    await importStage(options, context);
    const said = context.said.join('\n');
    if (stops) expect(said).toMatch(/1 mask cannot be read\n {2}- x, of HN-\d{6}: .* cut off or damaged/);
    else expect(said).not.toContain('cannot be read');
    if (stops)
      await expect(importStage({ ...options, dryRun: false }, context)).rejects.toThrow('1 mask cannot');
  },
);

test('a NIfTI mask among DICOM files that cannot be read stops the import, whatever it is called', async () => {
  const folder = tempDir();
  mkdirSync(join(folder, 'files'));
  writeFileSync(join(folder, 'files', '1.dcm'), madeUpDicom(madeUpSlice()));
  writeFileSync(join(folder, 'files', 'HN-1.nii.gz'), Buffer.alloc(100, 1));
  const options = importOptions(folder, 'files', { kind: 'dicom', mask });
  await expect(importStage(options, silentContext())).rejects.toThrow(
    /1 mask cannot be read\n.*HN-1\.nii\.gz: /,
  );
});
