import { readFileSync, writeFileSync } from 'node:fs';
import { importFiles } from '@radweave/artifacts';
import { TAG } from '@radweave/importing/dicom/tags';
import type { MadeUp } from '@radweave/importing/testing/made-up';
import { listening } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { optionsIn, writeSeries } from './import.options.test.data.ts';
import { importStage } from './import.ts';

/** What is said of two patients of unlike IDs, whose slices are of the same UIDs but for what is given. */
async function saidOf(second: MadeUp): Promise<string> {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2, {
    [TAG.patientId]: ['LO', 'A1'],
    [TAG.frameOfReference]: ['UI', '1.9'],
  });
  writeSeries(folder, 'arterial phase', 2, {
    [TAG.patientId]: ['LO', 'Q77'],
    [TAG.frameOfReference]: ['UI', '1.9'],
    ...second,
  });
  const context = listening();
  await importStage(optionsIn(folder), context);
  return context.said.filter((text) => text.includes('share images')).join('\n');
}

test('one study and space, or one slice, under two PatientIDs is told with pseudonyms and counts', async () => {
  const study = await saidOf({});
  expect(study).toMatch(
    /2 patients share .*: HN-\d+ and HN-\d+ have one study and frame of reference \(4 images\)\./,
  );
  expect(study).not.toMatch(/A1|Q77/);
  const copies: MadeUp = {
    [TAG.sopInstance]: ['UI', '1.2.3.8'],
    [TAG.studyUid]: ['UI', '1.77'],
  };
  expect(await saidOf(copies)).toMatch(/have 2 SOPInstanceUIDs of several PatientIDs\./);
  expect(await saidOf({ [TAG.studyUid]: ['UI', '1.77'] })).toBe('');
});

test('slices that an earlier import brought under another PatientID are told, and no more once one is left out', async () => {
  const folder = tempDir();
  const write = (id: string): void =>
    writeSeries(folder, 'arterial', 2, {
      [TAG.patientId]: ['LO', id],
      [TAG.studyUid]: ['UI', `1.${id.length}`],
    });
  const options = optionsIn(folder);
  const said = async (): Promise<string> => {
    const context = listening();
    await importStage(options, context);
    return context.said.filter((text) => text.includes('share images')).join('\n');
  };
  write('A1');
  expect(await said()).toBe('');
  write('Q77');
  expect(await said()).toMatch(/2 patients share .*: HN-\d+ and HN-\d+ have 2 SOPInstanceUIDs of several/);
  const { mapping } = importFiles(options.records);
  const text = readFileSync(mapping, 'utf8');
  const [, own = ''] = /- series: (\w+)/.exec(text) ?? [];
  writeFileSync(mapping, text.replace(/^decisions:.*$/m, `decisions: {"${own}": "-"}`));
  writeSeries(folder, 'portal', 1);
  expect(await said()).toBe('');
});
