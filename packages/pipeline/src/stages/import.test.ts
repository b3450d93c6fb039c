import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { importFiles, privateFiles, readCohort, readImported, readPseudonyms } from '@radweave/artifacts';
import { decodeSlice } from '@radweave/imaging';
import { TAG } from '@radweave/importing/dicom/tags';
import type { MadeUp } from '@radweave/importing/testing/made-up';
import { silentContext } from '@radweave/study/context/events';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { filesBelow, onLinux, onPosix, peersPython, peerTest, pythonJson, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { ImportOptions } from '../work/import-options.ts';
import { MAKE_EXPORT } from './import.export.test.data.ts';
import { optionsIn, SMALL_PIXELS, writeSeries } from './import.options.test.data.ts';
import { importStage } from './import.ts';
import { preprocess } from './preprocess.ts';

function pixelsHash(path: string): string {
  return createHash('sha256')
    .update(decodeSlice(readFileSync(path), path).pixels)
    .digest('hex');
}

peerTest(
  'exports of two hospitals that both number from 1 become one cohort',
  ['pydicom', 'openjpeg'],
  async () => {
    const folder = tempDir();
    const sizes = { JM: 8, SY: 4 };
    for (const [hospital, patients] of Object.entries(sizes)) {
      const root = join(folder, hospital);
      mkdirSync(root);
      const args = [root, hospital, String(patients)];
      const expected = pythonJson<Record<string, string[]>>(MAKE_EXPORT, {
        args,
        interpreter: peersPython(),
      });
      const table = join(folder, `${hospital}.csv`);
      const ids = Array.from({ length: patients }, (_, i) => i + 1);
      writeFileSync(
        table,
        ['patient_id,hospital,label', ...ids.map((id) => `${id},${hospital},${id % 2}`)].join('\n'),
      );
      const options = optionsIn(folder, { root, table, hospital: null, label: null });
      const result = await importStage(options, listening());
      expect(result).toMatchObject({ written: 2 * patients, unchanged: 0 });
      expect(result.leftOut).toEqual({
        'a localizer': patients,
        'a secondary capture: a picture of a screen or a scanned page': patients,
        'it is not a DICOM file': 1,
      });
      const names = readPseudonyms(privateFiles(options.secrets).pseudonyms);
      for (const { original, pseudonym } of names.filter((one) => one.hospital === hospital)) {
        for (const modality of ['A', 'P']) {
          const place = join(options.output, hospital, `grade${Number(original) % 2}`, pseudonym, modality);
          expect(filesBelow(place).map((path) => pixelsHash(path))).toEqual(
            expected[`${original} ${modality}`],
          );
        }
      }
    }
    const rows = readImported(importFiles(join(folder, 'import')).table);
    expect(rows).toHaveLength(12 * 2 * 3);
    expect(new Set(rows.map(({ patient }) => patient)).size).toBe(12);
    for (const path of filesBelow(join(folder, 'import'))) {
      expect(readFileSync(path, 'utf8'), path).not.toMatch(/张|19500101|I\d{6}/);
    }
    const config = cohortConfig(folder);
    config.data.image_size = 32;
    await preprocess({ config }, listening());
    const { patients } = readCohort(join(config.data.splits_dir, 'cohort.csv'));
    expect(patients).toHaveLength(12);
  },
);

test('what is done stays, what is new is added, what is decided otherwise moves', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2);
  const options = optionsIn(folder);
  expect(await importStage(options, silentContext())).toMatchObject({ written: 1, unchanged: 0 });
  const [first = ''] = filesBelow(options.output);
  const { mtimeMs } = statSync(first);
  writeSeries(folder, 'portal', 3);
  expect(await importStage(options, silentContext())).toMatchObject({ written: 1, unchanged: 1 });
  expect(statSync(first).mtimeMs).toBe(mtimeMs);
  const { mapping, table } = importFiles(options.records);
  const series = readImported(table).find(({ modality }) => modality === 'P')?.series ?? '';
  const decide = (modality: string): void => {
    const text = readFileSync(mapping, 'utf8').replace(
      /^decisions:.*(\n {2}.*)*/m,
      `decisions: {"${series}": "${modality}"}`,
    );
    writeFileSync(mapping, text);
  };
  decide('venous');
  expect(await importStage(options, silentContext())).toMatchObject({ written: 1, unchanged: 1 });
  const modalities = (): string[] => [...new Set(readImported(table).map(({ modality }) => modality))];
  expect(modalities().sort()).toEqual(['A', 'venous']);
  expect(filesBelow(options.output).filter((path) => path.endsWith('.png'))).toHaveLength(5);
  decide('-');
  await importStage(options, silentContext());
  expect(modalities()).toEqual(['A']);
  expect(filesBelow(options.output)).toHaveLength(2);
});

test('a table of what was written cannot name folders outside of the data root, which would be removed', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 1);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  const [table = ''] = filesBelow(importFiles(options.records).done);
  writeFileSync(table, readFileSync(table, 'utf8').replace('HN/grade0', '../../HN/grade0'));
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT',
    message: expect.stringContaining('outside of the data root'),
  });
});

onPosix(
  'links that lead nowhere are listed, and texts of files steer neither tables nor terminals',
  async () => {
    const folder = tempDir();
    const description = '=1+1 arterial';
    writeSeries(folder, description, 1, { [TAG.seriesDescription]: ['LO', `${description}\n\u001b[31m`] });
    symlinkSync(join(folder, 'nowhere'), join(folder, 'export', '-link'));
    const options = optionsIn(folder);
    const { leftOut } = await importStage(options, silentContext());
    expect(leftOut).toEqual({ 'a link that leads nowhere, or a pipe or device': 1 });
    const { table } = importFiles(options.records);
    expect(readFileSync(table, 'utf8')).toContain(`,'${description} [31m,`);
    expect(readImported(table)[0]?.description).toBe(`${description} [31m`);
    expect(readFileSync(privateFiles(options.secrets).leftOut, 'utf8')).toContain("\n'-link,");
  },
);

test('a file whose pixels are cut off is named, and not in the contact sheet', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 3);
  const file = join(folder, 'export', 'arterial-1');
  writeFileSync(file, readFileSync(file).subarray(0, -20));
  const options = optionsIn(folder);
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT',
    message: expect.stringContaining(file),
  });
  const sheet = readFileSync(importFiles(options.records).sheet, 'utf8');
  expect(sheet).toContain('the file is cut off');
  expect(sheet).not.toContain('arterial-1');
});

test('patients whose series all have one UID keep their slices when one of them changes', async () => {
  const folder = tempDir();
  const one = { [TAG.studyUid]: ['UI', '1'], [TAG.seriesUid]: ['UI', '1'] } as MadeUp;
  writeSeries(folder, 'arterial', 2, { ...one, [TAG.patientId]: ['LO', 'a'] });
  writeSeries(folder, 'art', 2, { ...one, [TAG.patientId]: ['LO', 'b'] });
  const options = optionsIn(folder);
  expect(await importStage(options, silentContext())).toMatchObject({ written: 2 });
  writeSeries(folder, 'art', 3, { ...one, [TAG.patientId]: ['LO', 'b'] });
  expect(await importStage(options, silentContext())).toMatchObject({ written: 1, unchanged: 1 });
  expect(filesBelow(options.output)).toHaveLength(5);
  expect(readImported(importFiles(options.records).table)).toHaveLength(5);
});

test('what is odd about a series stands in import.csv, and a later export takes the place of an earlier one by a decision only', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2, { [TAG.spacing]: ['DS', ''], [TAG.burntIn]: ['CS', 'YES'] });
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  const rows = () => readImported(importFiles(options.records).table);
  const odd =
    'no pixel spacing: pixels are taken for squares; the file says that text is burnt into the pixels';
  expect(rows().map(({ notes }) => notes)).toEqual([odd, odd]);
  rmSync(options.root, { recursive: true });
  writeSeries(folder, 'arterial again', 3);
  const again = importStage(options, silentContext());
  await expect(again).rejects.toMatchObject({
    code: 'E_IMPORT_OPEN',
    message: expect.stringMatching(
      /1 series would take the place .*\n.*, A: series (\w+) 'arterial again' that of [\w-]+, \w+ 'arterial'/,
    ),
  });
  expect(rows().map(({ notes }) => notes)).toEqual([odd, odd]);
  expect(filesBelow(options.output)).toHaveLength(2);
  const { mapping } = importFiles(options.records);
  const id = /series: "?(\w+)"?\n/.exec(readFileSync(mapping, 'utf8'))?.[1];
  writeFileSync(mapping, readFileSync(mapping, 'utf8').replace('decisions: {}', `decisions: {"${id}": A}`));
  await importStage(options, silentContext());
  expect(rows().map(({ description }) => description)).toEqual(Array(3).fill('arterial again'));
  expect(filesBelow(options.output)).toHaveLength(3);
});

test('threads write what one writes, and all series that cannot be written are named', async () => {
  const folder = tempDir();
  const slope = (value: string): MadeUp => ({ [TAG.slope]: ['DS', value] });
  for (const [i, name] of ['arterial', 'portal', 'delayed'].entries())
    writeSeries(folder, name, 2, slope(`1.${i}`));
  const alone = optionsIn(folder);
  const together = optionsIn(folder, {
    output: join(folder, 'raw2'),
    records: join(folder, 'import2'),
    threads: 2,
  });
  await importStage(alone, silentContext());
  expect(await importStage(together, silentContext())).toMatchObject({ written: 3 });
  const files = [alone, together].map(({ output }) => filesBelow(output).map((path) => readFileSync(path)));
  expect(files[0]).toHaveLength(6);
  expect(files[1]).toEqual(files[0]);
  for (const name of ['portal', 'delayed']) writeSeries(folder, name, 2, { [TAG.bitsStored]: ['US', 20] });
  const failing = optionsIn(folder, {
    output: join(folder, 'raw3'),
    records: join(folder, 'import3'),
    threads: 2,
  });
  await expect(importStage(failing, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT',
    exitCode: 3,
    message: expect.stringMatching(
      /not all series can be written: 2 errors(\n {2}- series \w+ '(portal|delayed)' of .*: 20 bits up to bit .*-0.*){2}.*"\w+": "-"; all others are written/,
    ),
  });
  expect(filesBelow(failing.output)).toHaveLength(2);
});

test('where a series cannot be written again, import.csv names the slices that are there, as they are', async () => {
  const folder = tempDir();
  for (const name of ['arterial', 'portal']) writeSeries(folder, name, 2);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  writeSeries(folder, 'portal', 2, { [TAG.bitsStored]: ['US', 20] });
  const wider = { ...options, pixels: { ...SMALL_PIXELS, window: '40/800' } };
  await expect(importStage(wider, silentContext())).rejects.toMatchObject({ code: 'E_IMPORT' });
  const rows = readImported(importFiles(options.records).table);
  expect(rows.map(({ modality, low }) => `${modality} ${low}`).sort()).toEqual([
    'A -360',
    'A -360',
    'P -160',
    'P -160',
  ]);
  expect(rows.map(({ file }) => join(options.output, file)).sort()).toEqual(filesBelow(options.output));
});

test('the records of one data root are not those of another', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  symlinkSync(folder, join(folder, 'link'), 'junction');
  const linked = join(folder, 'link', relative(folder, options.output));
  await importStage({ ...options, output: linked }, silentContext());
  await expect(
    importStage({ ...options, output: join(folder, 'other') }, silentContext()),
  ).rejects.toMatchObject({
    code: 'E_IMPORT',
    message: expect.stringContaining('Give each data root --records of its own'),
  });
  expect(existsSync(join(folder, 'other'))).toBe(false);
});

test('images in colour are left out, unless gray is asked for', async () => {
  const folder = tempDir();
  const colour = { [TAG.photometric]: ['CS', 'RGB'], [TAG.samples]: ['US', 3], [TAG.modality]: ['CS', 'US'] };
  const pixels = { [TAG.bitsAllocated]: ['US', 8], [TAG.bitsStored]: ['US', 8], [TAG.highBit]: ['US', 7] };
  const more = {
    ...colour,
    ...pixels,
    [TAG.pixels]: ['OB', Buffer.alloc(3 * 16 * 12, 100)],
  } as unknown as MadeUp;
  writeSeries(folder, 'echo', 1, more);
  const options = optionsIn(folder);
  const reason = { 'in colour or with a palette (--colour gray converts it)': 1 };
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT_NOTHING',
    message: expect.stringContaining(Object.keys(reason)[0] ?? ''),
  });
  const { mapping, table } = importFiles(options.records);
  writeFileSync(
    mapping,
    readFileSync(mapping, 'utf8').replace('rules:\n', 'rules:\n  - { modality: US, type: US }\n'),
  );
  await importStage({ ...options, keepsColour: true }, silentContext());
  const [row] = readImported(table);
  expect(row).toMatchObject({ unit: 'brightness', low: 0, high: 255, photometric: 'RGB' });
  const { pixels: gray } = decodeSlice(readFileSync(join(options.output, row?.file ?? '')), 'slice');
  expect(gray[16 * 32 + 16]).toBe(100);
});

onLinux('a folder whose name is in GBK stops the import, as nobody can look into it', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 1);
  const name = Buffer.from([0xd6, 0xd0, 0xd2, 0xbd]);
  mkdirSync(Buffer.concat([Buffer.from(`${folder}/export/`), name]));
  const message = 'the name of the file or folder is not UTF-8';
  const error = { code: 'E_ENCODING', exitCode: 3, message: expect.stringContaining(message) };
  await expect(importStage(optionsIn(folder), silentContext())).rejects.toMatchObject(error);
});

test('an import that is stopped leaves whole series only, and continues', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2);
  writeSeries(folder, 'portal', 2);
  const options = optionsIn(folder);
  let writing = false;
  let series = 0;
  const context = {
    emit: (event: { kind: string; task?: string }) => {
      writing ||= event.task === 'writing series';
      if (event.task === 'writing series') series++;
    },
    shouldStop: () => writing && series > 0,
  };
  await expect(importStage(options, context)).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  expect(filesBelow(options.output)).toHaveLength(2);
  expect(await importStage(options, silentContext())).toMatchObject({ written: 1, unchanged: 1 });
  expect(filesBelow(options.output)).toHaveLength(4);
});

test.each<[what: string, more: Partial<ImportOptions>, code: string, exitCode: number]>([
  ['no label', { label: null }, 'E_IMPORT', 2],
  ['columns of no table', { tableColumns: ['label=Diagnosis'] }, 'E_FLAGS', 2],
  ['no such window', { pixels: { ...SMALL_PIXELS, window: 'sfot' } }, 'E_IMPORT', 2],
  ['several windows', { pixels: { ...SMALL_PIXELS, window: 'soft,lung' } }, 'E_IMPORT', 2],
  ['no such rule for MR', { pixels: { ...SMALL_PIXELS, mr: 'percentiles:99:1' } }, 'E_IMPORT', 2],
  ['nothing of these modalities', { modalities: ['T2'] }, 'E_IMPORT_NOTHING', 3],
])('%s is one clear error', async (_, more, code, exitCode) => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 1);
  await expect(importStage(optionsIn(folder, more), silentContext())).rejects.toMatchObject({
    code,
    exitCode,
  });
});
