import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importFiles, privateFiles, readImported } from '@radweave/artifacts';
import { TAG } from '@radweave/importing/dicom/tags';
import { MADE_UP_PET } from '@radweave/importing/testing/made-up';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { filesBelow, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { optionsIn, writeSeries } from './import.options.test.data.ts';
import { importStage } from './import.ts';

test('what a corrected label or modality empties is removed, and the empty folder of somebody else stays', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 1);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  const below = (...parts: string[]): string[] => readdirSync(join(options.output, ...parts));
  const [patient = ''] = below('HN', 'grade0');
  await importStage({ ...options, label: '1' }, silentContext());
  expect(below('HN')).toEqual(['grade1']);
  expect(below('HN', 'grade1')).toEqual([patient]);
  mkdirSync(join(options.output, 'HN', 'grade3'));
  await importStage({ ...options, label: '2' }, silentContext());
  expect(below('HN')).toEqual(['grade2', 'grade3']);
});

test('fewer --modalities leave the others in place, and what a decision removes is counted with its reason', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2);
  writeSeries(folder, 'portal', 3);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  const { table, mapping } = importFiles(options.records);
  const slicesOf = (): string[] =>
    readImported(table).map(({ file }) => file.split('/').slice(1, 4).join('/'));
  const before = slicesOf();
  const again = async (more: Partial<typeof options>): Promise<string> => {
    const context = listening();
    await importStage({ ...options, ...more }, context);
    return context.said.join('\n');
  };
  expect(await again({ modalities: ['A'] })).toContain(
    'left as they are: 1 series of an earlier import (3 slices)',
  );
  expect(slicesOf()).toEqual(before);
  // With another label the place of P would be that of another class.
  expect(await again({ modalities: ['A'], label: '1' })).toMatch(
    /is removed: 1 series of an earlier import \(3 slices\), 1 × P .*not asked for/,
  );
  expect(new Set(slicesOf().map((file) => file.split('/')[0]))).toEqual(new Set(['grade1']));
  const id = readImported(table)[0]?.series ?? '';
  await again({ label: '1' });
  const decided = readFileSync(mapping, 'utf8').replace(/^decisions:.*$/m, `decisions: {"${id}": "-"}`);
  writeFileSync(mapping, decided);
  expect(await again({ label: '1', dryRun: true })).toContain('would be removed: 1 series');
  expect(slicesOf()).toHaveLength(5);
  expect(await again({ label: '1' })).toContain('(2 slices), 1 × your decision.');
  expect(slicesOf()).toHaveLength(3);
});

test('another setting of gray values or geometry beside slices that stay as they are is refused; for all files it is not', async () => {
  for (const [type, pixels, rules] of [
    [
      'CT',
      { window: 'bone' },
      'A: window -160 to 240 of 1 patient of an earlier import, but window -500 to 1300',
    ],
    [
      'CT',
      { window: '40/33.3' },
      'A: window -160 to 240 of 1 patient of an earlier import, but window 23.35 to 56.65',
    ],
    ['PT', { pet: 'volume' }, 'A: SUV 0 to 10 of 1 patient of an earlier import, but percentiles 1 and 99'],
    [
      'MR',
      { mr: 'zscore:3' },
      'A: percentiles 1 and 99 of the volume of 1 patient of an earlier import, but mean ± 3',
    ],
    [
      'CT',
      { size: 48 },
      'A: 32×32 pixels of 1 patient of an earlier import, but 48×48 pixels of these files',
    ],
    ['MR', { bits: 16 }, 'A: 8 bits of 1 patient of an earlier import, but 16 bits of these files'],
    [
      'PT',
      { fit: 'stretch', bits: 16 },
      'A: 8 bits, padded of 1 patient of an earlier import, but 16 bits, stretched of these files',
    ],
    ['CT', { fit: '2' }, 'A: padded of 1 patient of an earlier import, but 2 mm per pixel of these files'],
  ] as const) {
    const folder = tempDir();
    const export_ = (patient: string): void =>
      writeSeries(folder, 'arterial', 2, {
        ...(type === 'PT' ? MADE_UP_PET : { [TAG.modality]: ['CS', type] }),
        [TAG.patientId]: ['LO', patient],
        [TAG.studyUid]: ['UI', `1.${patient}`],
        [TAG.sopInstance]: ['UI', `1.2.${patient}`],
      });
    export_('1');
    const rule = { modality: 'A', description: 'arterial' };
    const options = optionsIn(folder);
    mkdirSync(options.records, { recursive: true });
    writeFileSync(importFiles(options.records).mapping, JSON.stringify({ rules: [rule], decisions: {} }));
    await importStage(options, silentContext());
    const other = { ...options, pixels: { ...options.pixels, ...pixels } };
    await importStage(other, silentContext());
    await importStage(options, silentContext());
    export_('2');
    await expect(importStage(other, silentContext())).rejects.toMatchObject({
      code: 'E_IMPORT_OPEN',
      message: expect.stringContaining(rules),
    });
    expect(await importStage(options, silentContext())).toMatchObject({ written: 1 });
  }
});

test('records of an older version tell of the rule of gray values alone: that one counts, with size and bits of the slices, and the rest is told', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 1, { [TAG.patientId]: ['LO', '1'] });
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  const { done } = importFiles(options.records);
  for (const name of readdirSync(done)) {
    const text = readFileSync(join(done, name), 'utf8');
    writeFileSync(join(done, name), text.replace(/window;[^,]*/, 'window'));
  }
  writeSeries(folder, 'arterial', 1, { [TAG.patientId]: ['LO', '2'], [TAG.sopInstance]: ['UI', '1.7'] });
  const other = { ...options, pixels: { ...options.pixels, window: 'bone' } };
  await expect(importStage(other, silentContext())).rejects.toThrow('A: window -160 to 240 of 1 patient');
  const larger = { ...options, pixels: { ...options.pixels, size: 48, bits: 16 } as const };
  await expect(importStage(larger, silentContext())).rejects.toThrow(
    'A: 32×32 pixels, 8 bits of 1 patient of an earlier import, but 48×48 pixels, 16 bits of these files',
  );
  const context = listening();
  expect(await importStage(options, context)).toMatchObject({ written: 1 });
  expect(context.said.join('\n')).toContain(
    'A: the records of 1 patient of an earlier import are those of an older version and do not say --fit, --mask_slices, --mask_crop',
  );
});

test('files that no import wrote are kept: among slices that are replaced or removed, and in the place of records', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2);
  const options = optionsIn(folder);
  const refused = (where: string, more: Partial<typeof options> = {}): Promise<void> =>
    expect(importStage({ ...options, ...more }, silentContext())).rejects.toMatchObject({
      code: 'E_OTHER_FILE',
      exitCode: 2,
      where,
    });
  const { table, patients, sheet } = importFiles(options.records);
  mkdirSync(options.records);
  mkdirSync(options.secrets);
  for (const own of [table, patients, sheet, privateFiles(options.secrets).leftOut]) {
    writeFileSync(own, 'patient,mine\n1,2\n');
    await refused(own);
    expect(readFileSync(own, 'utf8')).toBe('patient,mine\n1,2\n');
    rmSync(own);
  }
  await importStage(options, silentContext());
  const [slice = ''] = readImported(table).map(({ file }) => join(options.output, file));
  // Called as slices are, of other images or none; a label that is corrected would remove them with the folder.
  for (const name of ['0009.png', 'notes.txt', '.notes']) {
    const own = join(dirname(slice), name);
    writeFileSync(own, 'mine');
    await refused(own, { label: '1' });
    await refused(own, { pixels: { ...options.pixels, size: 16 } });
    rmSync(own);
  }
  writeFileSync(join(dirname(slice), 'Thumbs.db'), '');
  expect(await importStage({ ...options, label: '1' }, silentContext())).toMatchObject({ written: 1 });
  const fresh = { ...options, output: join(folder, 'other'), records: join(folder, 'own') };
  const known = slice.replace(options.output, fresh.output);
  mkdirSync(dirname(known), { recursive: true });
  writeFileSync(known, 'mine');
  await refused(known, { output: fresh.output, records: fresh.records });
});

test('two series that change places keep their slices', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2);
  writeSeries(folder, 'portal', 3);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  const { mapping, table } = importFiles(options.records);
  const seriesOf = (name: string): string =>
    readImported(table).find(({ modality }) => modality === name)?.series ?? '';
  const decisions = `decisions: {"${seriesOf('A')}": P, "${seriesOf('P')}": A}`;
  writeFileSync(mapping, readFileSync(mapping, 'utf8').replace('decisions: {}', decisions));
  expect(await importStage(options, silentContext())).toMatchObject({ written: 2, unchanged: 0 });
  const counts = ['A', 'P'].map(
    (name) => readImported(table).filter(({ modality }) => modality === name).length,
  );
  expect(counts).toEqual([3, 2]);
  for (const { file } of readImported(table)) expect(existsSync(join(options.output, file)), file).toBe(true);
  expect(filesBelow(options.output)).toHaveLength(5);
});
