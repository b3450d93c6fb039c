import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { readCohort, readConfig, readExclusions, readSplit, splitPath } from '@radweave/artifacts';
import { readSliceTable } from '@radweave/network/slices/load';
import {
  cohortConfig,
  listening,
  slicePixels,
  writeCohortFolders,
  writeSlice,
} from '@radweave/study/testing/cohort';
import { onPosix, sharedTest, tempDir, withoutRoot } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { cohort, slice } from './preprocess.test.data.ts';
import { preprocess } from './preprocess.ts';

test('divides the home hospital 7:3 by patient and label, and keeps every other hospital for the test', async () => {
  const { config } = cohort();
  const { summary } = await preprocess({ config }, listening());
  const { patients } = readCohort(join(config.data.splits_dir, 'cohort.csv'));
  const count = (split: string, label: number): number =>
    patients.filter((one) => one.split === split && one.label === label).length;
  expect([count('train', 0), count('train', 1)].sort()).toEqual([3, 4]);
  expect(count('val', 0) + count('val', 1)).toBe(3);
  expect(patients.filter(({ split }) => split === 'test').map(({ hospital }) => hospital)).toEqual([
    ...new Array(4).fill('SY'),
    ...new Array(4).fill('ZS'),
  ]);
  expect(new Set(patients.map(({ patient }) => patient)).size).toBe(patients.length);
  expect(summary.counts.reduce((sum, cell) => sum + cell.patients, 0)).toBe(18);
});

test('a training share that leaves a set without a label is told, with the one that came out', async () => {
  const { config } = cohort();
  config.data.train_ratio = 0.999;
  const context = listening();
  const { summary } = await preprocess({ config }, context);
  const told =
    'JM: 80 % of the patients are in training (8 of 10) instead of the 99.9 % requested, because each label needs at least one patient in training and one in validation';
  expect(context.said.join('\n')).toContain(told);
  expect(JSON.stringify(summary)).toContain('data-share');
});

test('split files have exactly two columns, and no patient is in two sets', async () => {
  const { config } = cohort();
  await preprocess({ config }, listening());
  const seen = new Map<string, string>();
  for (const split of ['train', 'val', 'test'] as const) {
    for (const modality of ['A', 'P']) {
      const path = splitPath(config.data.splits_dir, split, modality);
      expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('image_path,label');
      for (const { patient } of readSplit(path)) {
        expect(seen.get(patient) ?? split).toBe(split);
        seen.set(patient, split);
      }
    }
  }
  expect(seen.size).toBe(18);
});

test('is the same for the same seed whatever the order on disk, and another for another seed', async () => {
  const { folder, config } = cohort();
  const first = await preprocess({ config }, listening());
  const copy = cohortConfig(join(folder, 'copy'));
  mkdirSync(copy.data.root_dir ?? '', { recursive: true });
  for (const hospital of ['ZS', 'SY', 'JM']) {
    cpSync(join(folder, 'raw', hospital), join(copy.data.root_dir ?? '', hospital), { recursive: true });
  }
  expect((await preprocess({ config: copy }, listening())).summary.split_hash).toBe(first.summary.split_hash);
  copy.experiment.seed = 43;
  expect((await preprocess({ config: copy }, listening())).summary.split_hash).not.toBe(
    first.summary.split_hash,
  );
});

test('natural order, spaces, commas and Unicode in names survive', async () => {
  const { raw, config } = cohort();
  const patient = 'JM 张三, 07';
  for (const modality of ['A', 'P']) {
    for (const n of [1, 2, 10]) {
      const place = `JM/fold1/grade0/${patient}/${modality}/slice ${n}, “é”.png`;
      writeSlice(raw, place, slicePixels(place, 0));
    }
  }
  await preprocess({ config }, listening());
  const rows = (['train', 'val'] as const)
    .flatMap((split) => readSplit(splitPath(config.data.splits_dir, split, 'A')))
    .filter((row) => row.patient === patient.normalize('NFC'));
  expect(rows.map(({ path }) => /slice (\d+)/.exec(path)?.[1])).toEqual(['1', '2', '10']);
  expect(rows.every(({ path }) => existsSync(path))).toBe(true);
});

test('leaves out patients without a modality, and counts what it passes over', async () => {
  const { raw, config } = cohort();
  writeSlice(raw, 'JM/fold2/grade0/onlyA/A/x_001.png', slicePixels('onlyA', 0));
  mkdirSync(slice(raw, 'JM/fold2/grade1/empty/A'), { recursive: true });
  writeFileSync(slice(raw, 'JM/fold1/grade0/JM000/A/Thumbs.db'), 'x');
  writeFileSync(slice(raw, 'JM/fold1/grade0/JM000/A/.DS_Store'), 'x');
  writeFileSync(slice(raw, 'JM/fold1/grade0/JM000/A/notes.txt'), 'x');
  symlinkSync(raw, slice(raw, 'JM/fold1/grade0/loop'));
  symlinkSync('nowhere', slice(raw, 'JM/fold1/grade0/broken'));
  const { summary } = await preprocess({ config }, listening());
  const exclusions = readExclusions(join(config.data.splits_dir, 'exclusions.csv'));
  expect(exclusions.map(({ patient, reason, detail }) => [patient, reason, detail.text]).sort()).toEqual([
    ['empty', 'missing_modality', 'no slices of A, P'],
    ['loop', 'missing_modality', 'no slices of A, P'],
    ['onlyA', 'missing_modality', 'no slices of P'],
  ]);
  expect(summary.files).toMatchObject({ 'hidden file': 1, 'file that is no PNG': 2, 'broken link': 1 });
});

test('the same slice in two folds counts once; other pixels under its name are an error', async () => {
  const { raw, config } = cohort();
  const first = slice(raw, 'JM/fold1/grade0/JM000/A/JM000_a_slice_001.png');
  const again = slice(raw, 'JM/fold3/grade0/JM000/A/JM000_a_slice_001.png');
  cpSync(first, again);
  const { summary } = await preprocess({ config }, listening());
  expect(summary.files['same slice in two folds']).toBe(1);
  expect(summary.counts.reduce((sum, cell) => sum + (cell.slices.A ?? 0), 0)).toBe(18 * 3);
  writeSlice(raw, 'JM/fold3/grade0/JM000/A/JM000_a_slice_001.png', slicePixels('other', 0));
  await expect(preprocess({ config }, listening())).rejects.toThrow(/other pixels in another fold/);
});

test('a patient in two grades of a hospital is an error that lists each case, or is left out', async () => {
  const { raw, config } = cohort();
  for (const [hospital, patient] of [
    ['JM/fold1', 'JM000'],
    ['SY', 'SY000'],
  ]) {
    const [from, to] = [0, 1].map((label) => slice(raw, `${hospital}/grade${label}/${patient}`));
    cpSync(from ?? '', to ?? '', { recursive: true });
  }
  const error = await preprocess({ config }, listening()).catch((reason: Error) => reason);
  expect(error).toMatchObject({ exitCode: 3 });
  expect(String(error)).toMatch(/JM000/);
  expect(String(error)).toMatch(/SY000/);
  expect(existsSync(join(config.data.splits_dir, 'summary.json'))).toBe(false);
  config.preprocess.exclude_conflicts = true;
  const { summary } = await preprocess({ config }, listening());
  expect(summary.excluded.conflict).toBe(2);
});

test('an empty folder in another grade is no patient, and one with a file of another modality is', async () => {
  const { raw, config } = cohort();
  const before = (await preprocess({ config }, listening())).summary;
  mkdirSync(slice(raw, 'JM/fold1/grade1/JM000/A'), { recursive: true });
  mkdirSync(slice(raw, 'SY/grade1/SY000'), { recursive: true });
  const { summary } = await preprocess({ config }, listening());
  expect(summary.split_hash).toBe(before.split_hash);
  expect(summary.excluded).toEqual({});
  expect(summary.files['empty folder of a patient who has another']).toBe(2);
  writeSlice(raw, 'SY/grade1/SY000/V/1.png', slicePixels('other', 0));
  await expect(preprocess({ config }, listening())).rejects.toThrow(/SY000/);
});

test('patients of the same ID in several hospitals are as many people, and the others keep their IDs', async () => {
  const { raw, config } = cohort();
  const { summary: before } = await preprocess({ config }, listening());
  const training = (): string[] =>
    readSplit(splitPath(config.data.splits_dir, 'train', 'A')).map(({ path }) => path);
  const drawn = training();
  for (const hospital of ['SY', 'ZS']) {
    for (const id of ['JM000', '7']) {
      for (const modality of ['A', 'P']) {
        const place = `${hospital}/grade0/${id}/${modality}/1.png`;
        writeSlice(raw, place, slicePixels(place, 0));
      }
    }
  }
  const { summary } = await preprocess({ config }, listening());
  const all = ({ counts }: typeof summary): number => counts.reduce((sum, { patients }) => sum + patients, 0);
  expect(all(summary)).toBe(all(before) + 4);
  expect(summary.excluded).toEqual({});
  const { patients } = readCohort(join(config.data.splits_dir, 'cohort.csv'));
  const keys = patients.map(({ patient }) => patient);
  expect(keys.filter((key) => key.includes('@')).sort()).toEqual(
    ['7@SY', '7@ZS', 'JM000@JM', 'JM000@SY', 'JM000@ZS'].sort(),
  );
  expect(keys).toContain('JM001');
  expect(training()).toEqual(drawn);
  const tested = readSplit(splitPath(config.data.splits_dir, 'test', 'P')).map(({ patient }) => patient);
  expect(new Set(tested)).toEqual(
    new Set(patients.filter(({ split }) => split === 'test').map(({ patient }) => patient)),
  );
});

test.each([
  ['too long', '患'.repeat(75)],
  ['cannot be the name', 'a:b'],
])('an ID that %s for the files of features is refused before anything is written', async (what, id) => {
  const { raw, config } = cohort();
  for (const modality of ['A', 'P']) writeSlice(raw, `SY/grade0/${id}/${modality}/1.png`, slicePixels(id, 0));
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({
    code: 'E_NAME',
    exitCode: 3,
    message: expect.stringContaining(what),
  });
});

test('a missing home hospital lists those found; too few of a class names the class', async () => {
  const { config } = cohort();
  config.data.home_hospital = 'XX';
  await expect(preprocess({ config }, listening())).rejects.toThrow(/'XX' is not there.*JM, SY, ZS/);
  const folder = tempDir();
  const few = cohortConfig(folder);
  writeCohortFolders(join(folder, 'raw'), 1);
  await expect(preprocess({ config: few }, listening())).rejects.toThrow(/label 0 has 1 patient/);
});

test('a root that is a hospital, and no external hospital: header-only test files and a warning', async () => {
  const { config } = cohort();
  config.data.root_dir = join(config.data.root_dir ?? '', 'JM');
  const context = listening();
  await preprocess({ config }, context);
  expect(context.said.join('\n')).toMatch(/external test set is empty/);
  expect(readFileSync(splitPath(config.data.splits_dir, 'test', 'A'), 'utf8')).toBe('image_path,label\n');
});

test('labels that do not count from 0 are an error that names them', async () => {
  const { raw, config } = cohort();
  writeSlice(raw, 'JM/grade3/high/A/1.png', slicePixels('3a', 1));
  writeSlice(raw, 'JM/grade3/high/P/1.png', slicePixels('3p', 1));
  await expect(preprocess({ config }, listening())).rejects.toThrow(/labels are 0, 1, 3[\s\S]*--labels/);
});

test('a second split removes files of modalities that are no longer asked for', async () => {
  const { config } = cohort();
  await preprocess({ config }, listening());
  config.data.modalities = ['A'];
  config.experiment.seed = 1;
  await preprocess({ config }, listening());
  expect(existsSync(splitPath(config.data.splits_dir, 'train', 'A'))).toBe(true);
  expect(existsSync(splitPath(config.data.splits_dir, 'train', 'P'))).toBe(false);
});

sharedTest('the real cohort: 85 complete patients, 7 excluded', 'data/lgg-lesion', async (root) => {
  const config = cohortConfig(tempDir());
  Object.assign(config.data, { root_dir: root, home_hospital: 'DU', image_size: 224 });
  const { summary } = await preprocess({ config }, listening());
  const patients = (hospital: string): number =>
    summary.counts.filter((cell) => cell.hospital === hospital).reduce((sum, cell) => sum + cell.patients, 0);
  expect([patients('DU'), patients('HT'), patients('CS')]).toEqual([40, 29, 16]);
  expect(summary.excluded.missing_modality).toBe(7);
});

onPosix('what this user may not read is named, and not taken for what is not there', async () => {
  const { folder, raw, config } = cohort();
  const study = () => preprocess({ config }, listening());
  const refused = async (path: string, read: () => unknown): Promise<void> => {
    const { mode } = statSync(path);
    chmodSync(path, 0);
    const error: unknown = await withoutRoot(folder, async () => read()).catch((thrown: unknown) => thrown);
    chmodSync(path, mode);
    expect(error, path).toMatchObject({ code: 'E_NOT_READABLE', exitCode: 5, where: path });
  };
  const { splits_dir } = config.data;
  mkdirSync(splits_dir, { recursive: true });
  chmodSync(splits_dir, 0o777);
  const patient = slice(raw, 'JM/fold1/grade0/JM000');
  for (const path of [raw, patient, join(patient, 'A')]) await refused(path, study);
  await study();
  const table = splitPath(splits_dir, 'train', 'A');
  await refused(table, () => readSliceTable(config.data, 'train', 'A'));
  const settings = join(folder, 'own.yaml');
  writeFileSync(settings, 'experiment: {seed: 1}\n');
  await refused(settings, () => readConfig(settings));
});

test('split files of one’s own are not replaced', async () => {
  const { config } = cohort();
  const own = splitPath(config.data.splits_dir, 'train', 'A');
  mkdirSync(dirname(own), { recursive: true });
  writeFileSync(own, 'image_path,label\n');
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({
    code: 'E_OWN_SPLIT',
    exitCode: 2,
  });
  expect(readFileSync(own, 'utf8')).toBe('image_path,label\n');
  rmSync(own);
  await preprocess({ config }, listening());
  const context = listening();
  await preprocess({ config }, context);
  expect(existsSync(`${own}.old`)).toBe(false);
  // Edited ones are kept beside the new ones.
  const written = readFileSync(own, 'utf8');
  for (const edited of [`${written}x`, `${written}y`]) {
    writeFileSync(own, edited);
    await preprocess({ config }, context);
  }
  expect(readFileSync(own, 'utf8')).toBe(written);
  expect(['old', 'old2'].map((end) => readFileSync(`${own}.${end}`, 'utf8'))).toEqual([
    `${written}x`,
    `${written}y`,
  ]);
  expect(context.said.filter((line) => line.includes('are replaced; copies: '))).toHaveLength(2);
});
