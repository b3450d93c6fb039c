// Masks in the folder of their images, named as people name them.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importFiles, privateFiles, readImported, readPseudonyms } from '@radweave/artifacts';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { peersPython, peerTest, python, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';
import type { ImportOptions } from '../work/import.ts';
import { importOptions, SMALL_PIXELS } from './import.options.test.data.ts';
import { importStage } from './import.ts';

/** Volumes of 3 slices by nibabel; what is called a mask shows a lesion on the second one. */
const MAKE = `
import os, sys
import nibabel as nib, numpy as np
for path in sys.argv[1:]:
    data = np.zeros((16, 16, 3), 'i2')
    if any(word in path for word in ['mask', 'seg', 'label', 'roi']): data[4:8, 4:8, 1] = 1
    else: data[...] = np.arange(768).reshape(16, 16, 3) % (100 + len(path))
    nib.save(nib.Nifti1Image(data, np.diag([1, 1, 5, 1])), path)
`;

function optionsOf(names: readonly string[], more: Partial<ImportOptions> = {}): ImportOptions {
  const folder = tempDir();
  mkdirSync(join(folder, 'files'));
  const args = names.map((name) => join(folder, 'files', name));
  python(MAKE, { args, interpreter: peersPython() });
  const own = { kind: 'nifti', volumes: { type: 'MR', plane: 'axial' }, pixels: SMALL_PIXELS } as const;
  return importOptions(folder, 'files', { ...own, modalities: ['A'], ...more });
}

const patientsOf = ({ secrets }: ImportOptions): string[] =>
  readPseudonyms(privateFiles(secrets).pseudonyms).map(({ original }) => original);

const WORDS = ['_mask', '-label', '.seg', '_roi', '_tumor_mask', '_dseg'];

peerTest(
  'a mask beside its image is that of its patient, however the name is written',
  ['nibabel'],
  async () => {
    const names = WORDS.flatMap((word, i) => [`OK${i}_1_A.nii.gz`, `OK${i}_1_A${word}.nii.gz`]);
    const options = optionsOf(names, {
      mask: { slices: 'largest', crop: null, name: null, leavesOut: false },
    });
    await importStage(options, silentContext());
    expect(patientsOf(options)).toEqual(WORDS.map((_, i) => `OK${i}_1`));
    const rows = readImported(importFiles(options.records).table);
    expect(rows.map(({ position, notes }) => [position, notes])).toEqual(
      WORDS.map(() => [5, 'lesion of 16 mm²']),
    );
  },
);

peerTest(
  'a mask without an image becomes no patient, whether masks are asked for or not',
  ['nibabel'],
  async () => {
    const names = ['OK_A.nii.gz', 'OK_A_mask.nii.gz', 'P_1_A.nii', 'P_1_mask.nii', 'NO_A_mask.nii.gz'];
    for (const mask of [null, { slices: 'largest', crop: null, name: null, leavesOut: false }]) {
      const options = optionsOf(names, { mask });
      const context = listening();
      expect(await importStage(options, context)).toMatchObject({ written: 2 });
      expect(patientsOf(options)).toEqual(['OK', 'P_1']);
      expect(context.said.join('\n')).toContain('1 mask (NO_A_mask.nii.gz) belongs to no imported series.');
      expect(readFileSync(privateFiles(options.secrets).leftOut, 'utf8')).toContain(
        '\nNO_A_mask.nii.gz,,,a mask that belongs to no series\n',
      );
    }
  },
);
