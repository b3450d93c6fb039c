import { cpSync, existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { TAG } from '@radweave/importing/dicom/tags';
import { listening } from '@radweave/study/testing/cohort';
import { filesBelow, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { ImportOptions } from '../work/import-options.ts';
import { optionsIn, writeSeries } from './import.options.test.data.ts';
import { importShard, importStage } from './import.ts';

/** Three patients with five series, and the pseudonyms that a dry run has given them. */
async function looked(): Promise<{ folder: string; options: ImportOptions }> {
  const folder = tempDir();
  const options = optionsIn(folder);
  for (const [i, series] of ['arterial', 'portal'].entries()) {
    writeSeries(folder, series, 2 + i);
    writeSeries(folder, `${series} 2`, 1 + i, {
      [TAG.patientId]: ['LO', 'HN-2'],
      [TAG.seriesDescription]: ['LO', series],
    });
  }
  writeSeries(folder, 'arterial 3', 3, {
    [TAG.patientId]: ['LO', 'HN-3'],
    [TAG.seriesDescription]: ['LO', 'arterial'],
  });
  await importStage({ ...options, dryRun: true }, listening());
  return { folder, options };
}

/** What lies below the data root, and in the folder of records. */
function contents({ output, records }: ImportOptions): Record<string, string> {
  const files = [output, records]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      filesBelow(folder).map((path) => [
        join(folder === output ? 'output' : 'records', relative(folder, path)),
        path,
      ]),
    );
  return Object.fromEntries(
    files
      .filter(([name = '']) => !name.includes('.shards'))
      .map(([name = '', path = '']) => [name, readFileSync(path, 'base64')]),
  );
}

test('parts of an import that are merged are the files of one process, byte for byte', async () => {
  const { folder, options } = await looked();
  const saved = tempDir();
  cpSync(folder, saved, { recursive: true });
  const { written } = await importStage(options, listening());
  expect(written).toBe(5);
  const whole = contents(options);
  for (const of of [2, 7]) {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    cpSync(saved, folder, { recursive: true });
    for (let number = of; number > 0; number--)
      await importShard({ ...options, shard: { number, of } }, listening());
    expect(Object.keys(contents(options)).filter((name) => name.startsWith('output'))).toEqual([]);
    const { merged } = await importShard({ ...options, shard: 'merge' }, listening());
    expect(merged).toMatchObject({ written: 5, unchanged: 0 });
    expect(contents(options)).toEqual(whole);
  }
  const merge = () => importShard({ ...options, shard: 'merge' }, listening());
  expect((await merge()).merged).toBeNull();
  const refused = (what: string) =>
    expect(merge()).rejects.toMatchObject({
      code: 'E_SHARDS',
      exitCode: 3,
      message: expect.stringContaining(
        `there is no part to merge, and since all was merged the ${what} changed`,
      ),
    });
  // A decision, or a file, that no share has seen.
  const mapping = join(options.records, 'mapping.yaml');
  const decided = readFileSync(mapping, 'utf8');
  writeFileSync(mapping, decided.replaceAll("modality: 'P'", "modality: 'Q'"));
  await refused('mapping');
  writeFileSync(mapping, decided);
  expect((await merge()).merged).toBeNull();
  writeSeries(folder, 'arterial 4', 1, { [TAG.patientId]: ['LO', 'HN-3'] });
  await refused('files');
  expect(contents(options)).toEqual(whole);
});

test('shares need pseudonyms first, parts are of one mapping, and one that is missing is named', async () => {
  const { options } = await looked();
  const shard = (number: number, more: Partial<ImportOptions> = {}) =>
    importShard({ ...options, ...more, shard: { number, of: 2 } }, listening());
  const merge = () => importShard({ ...options, shard: 'merge' }, listening());
  await expect(shard(1, { dryRun: true })).rejects.toMatchObject({ code: 'E_FLAGS', exitCode: 2 });
  const secrets = join(tempDir(), 'other');
  await expect(shard(1, { secrets })).rejects.toMatchObject({
    code: 'E_SHARDS',
    hint: expect.stringContaining('--dry_run instead of --shard first'),
  });
  await shard(1);
  await expect(merge()).rejects.toMatchObject({
    code: 'E_SHARDS',
    hint: expect.stringContaining('--shard 2/2'),
  });
  await shard(2);
  const mapping = join(options.records, 'mapping.yaml');
  writeFileSync(mapping, readFileSync(mapping, 'utf8').replaceAll("modality: 'P'", "modality: 'Q'"));
  // What another import has written stays as it is.
  await importStage({ ...options, pixels: { ...options.pixels, size: 24 } }, listening());
  const before = contents(options);
  writeFileSync(mapping, readFileSync(mapping, 'utf8').replaceAll("modality: 'Q'", "modality: 'R'"));
  await expect(merge()).rejects.toThrow(/no part has series .* as it would be written now/);
  const { output } = options;
  const slices = (all: Record<string, string>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('output')));
  expect(existsSync(output)).toBe(true);
  expect(slices(contents(options))).toEqual(slices(before));
});

test('what shares and their merge write below the files is no change of these', async () => {
  const folder = tempDir();
  for (const name of ['arterial', 'portal']) writeSeries(folder, name, 2);
  const own = optionsIn(folder);
  const below = (name: string): string => join(own.root, name);
  const options = { ...own, output: below('raw'), records: below('import'), secrets: below('private') };
  await importStage({ ...options, dryRun: true }, listening());
  for (const number of [1, 2]) await importShard({ ...options, shard: { number, of: 2 } }, listening());
  const merge = () => importShard({ ...options, shard: 'merge' }, listening());
  expect((await merge()).merged).toMatchObject({ written: 2 });
  expect((await merge()).merged).toBeNull();
  writeSeries(folder, 'portal', 3);
  await expect(merge()).rejects.toThrow('the files changed');
});

test('parts are merged into the data root that they were made for', async () => {
  const { options } = await looked();
  const shard = (one: { number: number; of: number } | 'merge', output: string) =>
    importShard({ ...options, output, shard: one }, listening());
  await shard({ number: 1, of: 1 }, options.output);
  const other = `${options.output}-2`;
  await expect(shard('merge', other)).rejects.toThrow(/place of the data root changed/);
  await shard('merge', options.output);
  await expect(shard('merge', other)).rejects.toThrow(/no part to merge/);
  expect(existsSync(other)).toBe(false);
});

test.each<[change: string, change: (file: string, other: string) => void]>([
  ['changed', (file) => utimesSync(file, 1, 1)],
  ['removed', (file) => rmSync(file)],
  ['added', (file, other) => cpSync(file, other)],
])('where a file of the export was %s since a share read it, parts are refused', async (what, change) => {
  const { options } = await looked();
  await importShard({ ...options, shard: { number: 1, of: 1 } }, listening());
  const [file = ''] = filesBelow(options.root);
  const other = `${file}-2`;
  change(file, other);
  await expect(importShard({ ...options, shard: 'merge' }, listening())).rejects.toMatchObject({
    code: 'E_SHARDS',
    message: expect.stringContaining('files have changed since part 1/1 was made'),
    where: what === 'added' ? other : file,
  });
  expect(existsSync(options.output)).toBe(false);
});
