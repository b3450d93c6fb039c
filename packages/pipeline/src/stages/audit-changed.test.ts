import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Config,
  featurePath,
  featureSetPath,
  featureTablePath,
  readFeatureSet,
  readFeatures,
  readFeatureTable,
  readSplit,
  resolveFeaturePath,
  SPLITS,
  splitFiles,
  splitPath,
  writeFeatureSet,
  writeFeatureTable,
} from '@radweave/artifacts';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpFeatures, writeOwnSplits } from '@radweave/study/testing/features';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { asked, codes, damagedRecord, recordOf } from './audit.test.data.ts';
import { audit } from './audit.ts';
import { preprocess } from './preprocess.ts';

/** A small study after preprocess, whose images and split files a test changes. */
async function preprocessed(): Promise<{ raw: string; config: Config }> {
  const folder = tempDir();
  const config = cohortConfig(folder);
  const raw = join(folder, 'raw');
  writeCohortFolders(raw, 2, 1);
  await preprocess({ config }, listening());
  return { raw, config };
}

test('images that were replaced after preprocess are found, whatever their size and time', async () => {
  const { config } = await preprocessed();
  const checkOf = async (): Promise<{ outcome?: string; found: string[] }> => {
    const { checks, findings } = await audit(asked(config), listening());
    const found = findings.filter(({ check }) => check === 'changed slices');
    const { outcome } = checks.find(({ name }) => name === 'changed slices') ?? {};
    return {
      ...(outcome && { outcome }),
      found: found.flatMap(({ cases }) => cases.map((one) => one.detail)),
    };
  };
  expect(await checkOf()).toEqual({ outcome: 'passed', found: [] });
  const [first, second] = readSplit(splitPath(config.data.splits_dir, 'test', 'A')).map(({ path }) => path);
  const [one, two] = [readFileSync(first ?? ''), readFileSync(second ?? '')];
  writeFileSync(first ?? '', two);
  writeFileSync(second ?? '', one);
  expect(await checkOf()).toEqual({ outcome: 'warning', found: ['test of A'] });
  expect(recordOf(config).verdict).toBe('warning');
});

/** What is done to the folder of a patient, and what the audit says of it. */
const MOVES: Record<string, [from: string, to: string, code: string, detail: string]> = {
  'into another class': ['SY/grade0/SY000', 'SY/grade1/SY000', 'WARN_LABEL_ON_DISK', 'class: '],
  'of home into another class': [
    'JM/fold1/grade0/JM000',
    'JM/fold1/grade1/JM000',
    'WARN_LABEL_ON_DISK',
    'class: ',
  ],
  'into another hospital': ['SY/grade0/SY000', 'ZS/grade0/SY000', 'WARN_FOLDERS_MOVED', 'hospital: '],
  'to another ID': ['SY/grade0/SY000', 'SY/grade0/SY009', 'WARN_FOLDERS_MOVED', 'patient: '],
  'of a modality': ['SY/grade0/SY000/A', 'SY/grade0/SY000/T1', 'WARN_FOLDERS_MOVED', 'modality: '],
};

test.each(Object.entries(MOVES))(
  'a folder that was moved %s is told so',
  async (_, [from, to, code, detail]) => {
    const { raw, config } = await preprocessed();
    renameSync(join(raw, from), join(raw, to));
    for (const pixels of [true, false]) {
      await audit(asked(config, { pixels }), listening());
      const { findings } = damagedRecord(config);
      const moved = findings.filter((one) => one.code === code);
      const { cases: [first] = [] } = moved[0] ?? {};
      expect([moved[0]?.count, first?.detail.startsWith(detail), first?.patients]).toEqual([
        1,
        true,
        [expect.stringMatching(/^(SY|JM)000$/)],
      ]);
      expect(first?.detail).toContain(to);
      // One block of what cannot be read, though three checks look at the images, and it names one of them.
      const unreadable = findings.filter((one) => one.code === 'WARN_UNREADABLE');
      expect(unreadable.map(({ where }) => where)).toEqual(pixels ? [expect.stringContaining(from)] : []);
      expect(findings).toHaveLength(1 + unreadable.length);
    }
  },
);

test('folders that are gone for good are no folders that were moved', async () => {
  const { raw, config } = await preprocessed();
  rmSync(join(raw, 'SY/grade0/SY000'), { recursive: true });
  await audit(asked(config), listening());
  expect(codes(damagedRecord(config))).toEqual(['WARN_UNREADABLE']);
});

test('a split file that was cut is told in the words of the other commands', async () => {
  const { config } = await preprocessed();
  for (const path of [
    splitPath(config.data.splits_dir, 'val', 'A'),
    splitFiles(config.data.splits_dir).cohort,
  ]) {
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, -3));
    await expect(audit(asked(config), listening())).rejects.toMatchObject({
      code: 'E_SPLIT_TORN',
      where: path,
      message: expect.stringContaining('changed since preprocess wrote it'),
    });
    writeFileSync(path, whole);
  }
});

test('a split file that was cut at the end of a line is told so, and its slices are not said to be others', async () => {
  const folder = tempDir();
  const config = cohortConfig(folder);
  writeCohortFolders(join(folder, 'raw'));
  await preprocess({ config }, listening());
  const path = splitPath(config.data.splits_dir, 'test', 'A');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/.+\n$/, ''));
  for (const pixels of [true, false]) {
    await audit(asked(config, { pixels }), listening());
    const { findings } = recordOf(config);
    expect(findings).toMatchObject([{ code: 'WARN_SPLIT_CHANGED', check: 'changed slices', count: 1 }]);
    expect(findings[0]?.cases[0]?.detail).toMatch(
      /test_A\.csv: .*changed since.*: it has 23 rows instead of 24$/,
    );
  }
});

test('a study whose data root is another place than that of its split is told so, with pixels and without', async () => {
  const { raw, config } = await preprocessed();
  config.data.root_dir = `${raw}-copy`;
  for (const pixels of [true, false]) {
    const context = listening();
    await audit(asked(config, { pixels }), context);
    expect(recordOf(config)).toMatchObject({
      verdict: 'warning',
      findings: [{ code: 'WARN_OTHER_ROOT', check: 'changed slices', cases: [{ patients: [] }] }],
    });
    expect(recordOf(config).findings[0]?.cases[0]?.detail).toMatch(/raw, not .*copy$/);
    expect(context.said.join()).toMatch(
      /warning: the split was made from another folder than data\.root_dir \(1 case: \S*raw, not \S*copy\)\. The images that the split files list are used/,
    );
  }
});

test('patients with the very same features are found by content, in two sets and in one', async () => {
  const config = cohortConfig(tempDir());
  const cohort = madeUpCohort({ train: 8, val: 4, test: 4 });
  writeOwnSplits(config, ['A', 'P'], cohort);
  for (const modality of ['A', 'P']) writeMadeUpFeatures(config, modality, cohort, 4);
  const found = async (): Promise<string[][]> => {
    await audit(asked(config, { pixels: false }), listening());
    return recordOf(config).findings.flatMap(({ code, cases }) =>
      code.endsWith('_FEATURES_SAME') ? [[code, ...cases.map(({ detail }) => detail)]] : [],
    );
  };
  expect(await found()).toEqual([]);
  // The record is that of whoever copied them.
  const copy = (from: number, to: number): void => {
    const [source, target] = [from, to].map((i) => {
      const { patient = '', label = 0, split = 'train' } = cohort[i] ?? {};
      return featurePath(config.data.features_dir, split, 'P', label, patient);
    });
    cpSync(source ?? '', target ?? '');
  };
  copy(0, 2);
  copy(9, 13);
  for (const split of SPLITS) {
    const [table, path] = [
      featureTablePath(config.data.features_dir, split, 'P'),
      featureSetPath(config.data.features_dir, split, 'P'),
    ];
    const rows = readFeatureTable(table).map((row) => ({
      ...row,
      num_slices: readFeatures(resolveFeaturePath(table, row.feature_path)).shape[0] ?? 0,
    }));
    writeFeatureTable(table, rows);
    const slices = rows.reduce((sum, { num_slices }) => sum + num_slices, 0);
    writeFeatureSet(path, { ...readFeatureSet(path), slices, arrays_sha256: undefined });
  }
  await expect(found()).rejects.toMatchObject({ code: 'E_LEAK' });
  const { findings } = recordOf(config);
  expect(findings.find(({ code }) => code === 'LEAK_FEATURES_SAME')?.cases[0]?.detail).toBe(
    'features of P: 0010 (val), 0014 (test)',
  );
  expect(findings.find(({ code }) => code === 'WARN_FEATURES_SAME')?.cases[0]?.detail).toBe(
    'features of P: 0001 (train), 0003 (train)',
  );
});
