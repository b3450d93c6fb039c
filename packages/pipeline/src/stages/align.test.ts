import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readPatientFeatures } from '@radweave/analysis/figures/patients';
import {
  type Config,
  featureSetPath,
  featureTablePath,
  readAligned,
  readFeatureSet,
  readFeatureTable,
  writeFeatureSet,
  writeFeatureTable,
} from '@radweave/artifacts';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import {
  type MadeUpPatient,
  madeUpCohort,
  writeMadeUpCohort,
  writeMadeUpFeatures,
} from '@radweave/study/testing/features';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { align } from './align.ts';
import { fuse } from './fuse.ts';
import { harmonize } from './harmonize.ts';

function prepared(): { config: Config; cohort: MadeUpPatient[] } {
  const config = cohortConfig(tempDir());
  const cohort = madeUpCohort({ train: 12, val: 4, test: 6 });
  writeMadeUpCohort(config, cohort);
  return { config, cohort };
}

const modalities = ['A', 'P'];

test('every table of a split lists the same patients in one order, with their hospitals', async () => {
  const { config, cohort } = prepared();
  writeMadeUpFeatures(config, 'A', cohort, 4);
  writeMadeUpFeatures(config, 'P', [...cohort].reverse(), 6);
  const result = await align({ config, modalities }, listening());
  expect(result.patients).toEqual({ train: 12, val: 4, test: 6 });
  const folder = join(config.data.features_dir, 'test', 'aligned');
  const { patients, missing, tables } = readAligned(folder, modalities);
  const external = cohort.filter(({ split }) => split === 'test');
  expect(patients.map(({ patient_id, hospital }) => [patient_id, hospital])).toEqual(
    external.map(({ patient, hospital }) => [patient, hospital]),
  );
  expect(missing).toEqual([]);
  expect(tables.A?.map((row) => row.patient_id)).toEqual(tables.P?.map((row) => row.patient_id));
  expect(tables.P?.[0]?.feature_path).toContain(join('P', 'grade0'));
});

test('patients who lack a modality are left out of all tables and listed', async () => {
  const { config, cohort } = prepared();
  const lacking: Record<string, MadeUpPatient['counts']> = { '0001': { P: 1 }, '0004': { A: 1 } };
  writeMadeUpCohort(
    config,
    cohort.map((one) => ({ ...one, counts: lacking[one.patient] ?? { A: 1, P: 1 } })),
  );
  writeMadeUpFeatures(config, 'A', cohort.slice(1), 4);
  writeMadeUpFeatures(config, 'P', [...cohort.slice(0, 3), ...cohort.slice(4)], 4);
  const context = listening();
  const { missing } = await align({ config, modalities }, context);
  expect(missing).toEqual({ train: 2, val: 0, test: 0 });
  const aligned = readAligned(join(config.data.features_dir, 'train', 'aligned'), modalities);
  expect(aligned.missing).toEqual([
    { patient_id: '0001', label: 0, missing_modalities: 'A' },
    { patient_id: '0004', label: 1, missing_modalities: 'P' },
  ]);
  expect(aligned.patients.map(({ patient_id }) => patient_id)).not.toContain('0004');
  expect(context.said.join('\n')).toContain('0001 (no A), 0004 (no P)');
});

test('a modality without features yet is a notice; none with features is an error', async () => {
  const { config, cohort } = prepared();
  await expect(align({ config, modalities }, listening())).rejects.toThrow(/no features of A, P/);
  writeMadeUpFeatures(config, 'P', cohort, 4);
  const context = listening();
  const result = await align({ config, modalities }, context);
  expect(result.modalities).toEqual(['P']);
  expect(context.said).toContain('info: A has no features yet and is not aligned; aligned: P.');
});

test('features of one modality from two checkpoints are refused', async () => {
  const { config, cohort } = prepared();
  writeMadeUpFeatures(config, 'A', cohort, 4);
  const path = featureSetPath(config.data.features_dir, 'val', 'A');
  writeFeatureSet(path, {
    ...readFeatureSet(path),
    checkpoint: 'old.pth',
    checkpoint_sha256: 'c'.repeat(64),
  });
  await expect(align({ config, modalities: ['A'] }, listening())).rejects.toMatchObject({
    code: 'E_MIXED_CHECKPOINTS',
    message: expect.stringMatching(/train: A\.pth .*val: old\.pth .*extract --modality A/),
  });
});

test('an unfinished extraction and an edited table are refused', async () => {
  const { config, cohort } = prepared();
  writeMadeUpFeatures(config, 'A', cohort, 4);
  const table = featureTablePath(config.data.features_dir, 'train', 'A');
  writeFeatureTable(table, readFeatureTable(table).slice(1));
  await expect(align({ config, modalities: ['A'] }, listening())).rejects.toMatchObject({
    code: 'E_FEATURES_CHANGED',
  });
  rmSync(featureSetPath(config.data.features_dir, 'train', 'A'));
  await expect(align({ config, modalities: ['A'] }, listening())).rejects.toMatchObject({
    code: 'E_FEATURES_TORN',
    exitCode: 3,
  });
  rmSync(config.data.features_dir, { recursive: true });
  await expect(align({ config, modalities: ['A'] }, listening())).rejects.toMatchObject({
    code: 'E_NO_FEATURES',
    exitCode: 2,
  });
});

test.each([
  ['cut', (bytes: Buffer) => bytes.subarray(0, -4)],
  ['zeroed', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 128), Buffer.alloc(bytes.length - 128)])],
  ['gone', null],
] as const)(
  'an array that is %s is refused wherever features are read; without a record it is only read',
  async (kind, damage) => {
    const { config, cohort } = prepared();
    for (const modality of modalities) writeMadeUpFeatures(config, modality, cohort, 4);
    const [row] = readFeatureTable(featureTablePath(config.data.features_dir, 'val', 'A'));
    const path = row?.feature_path ?? '';
    if (damage === null) rmSync(path);
    else writeFileSync(path, damage(readFileSync(path)));
    const readers = [
      () => align({ config, modalities }, listening()),
      () => fuse({ config, modalities }, listening()),
      () => harmonize({ config, modalities, auditOnly: true, permutations: 1 }, listening()),
      async () => readPatientFeatures(config.data, modalities),
    ];
    for (const read of readers) {
      await expect(read()).rejects.toMatchObject({
        where: path,
        exitCode: 3,
        hint: 'Run radweave extract --modality A again',
      });
    }
    if (kind !== 'zeroed') return;
    const record = featureSetPath(config.data.features_dir, 'val', 'A');
    const { arrays_sha256: _, ...set } = readFeatureSet(record);
    writeFeatureSet(record, set);
    expect((await align({ config, modalities }, listening())).patients.val).toBe(4);
  },
);

test('features of another division of the patients are refused', async () => {
  const { config, cohort } = prepared();
  writeMadeUpFeatures(config, 'A', cohort, 4);
  const moved = cohort.map((one): MadeUpPatient => (one.patient === '0001' ? { ...one, split: 'val' } : one));
  writeMadeUpCohort(config, moved);
  await expect(align({ config, modalities: ['A'] }, listening())).rejects.toMatchObject({
    code: 'E_FEATURES_SPLIT',
    message: expect.stringContaining('0001 (features of A in train, now in val)'),
  });
  writeMadeUpFeatures(config, 'P', moved, 4);
  // Those of P are of the present division.
  await expect(align({ config, modalities }, listening())).rejects.toMatchObject({
    hint: expect.stringMatching(/^Extract again: radweave extract --modality A; or /),
  });
  rmSync(join(config.data.splits_dir, 'cohort.csv'));
  await expect(align({ config, modalities }, listening())).rejects.toMatchObject({
    code: 'E_FEATURES_SPLIT',
    message: expect.stringContaining('0001 (A: train, label 0; P: val, label 0)'),
  });
});

test('aligning again replaces what was there', async () => {
  const { config, cohort } = prepared();
  writeMadeUpFeatures(config, 'A', cohort, 4);
  await align({ config, modalities: ['A'] }, listening());
  const path = join(config.data.features_dir, 'val', 'aligned', 'patients.csv');
  const before = readFileSync(path, 'utf8');
  const fewer = cohort.filter(({ patient }) => patient !== '0013');
  writeMadeUpCohort(config, fewer);
  writeMadeUpFeatures(config, 'A', fewer, 4);
  await align({ config, modalities: ['A'] }, listening());
  expect(before).toContain('0013');
  expect(readFileSync(path, 'utf8')).toBe(before.replace('0013,JM,0\n', ''));
});

test('features of a checkpoint of another output folder are told of, each once', async () => {
  const { config, cohort } = prepared();
  const own = join(config.experiment.output_dir, 'checkpoints', 'run', 'best_model.pth');
  mkdirSync(dirname(own), { recursive: true });
  writeFileSync(own, '');
  writeMadeUpFeatures(config, 'A', cohort, 4, { checkpoint: 'other/checkpoints/first/best_model.pth' });
  writeMadeUpFeatures(config, 'P', cohort, 4, { checkpoint: 'moved/checkpoints/run/best_model.pth' });
  const context = listening();
  await align({ config, modalities: ['A', 'P'] }, context);
  expect(context.said.filter((line) => line.includes('not a checkpoint of'))).toEqual([
    expect.stringContaining('The features of A come from other/checkpoints/first/best_model.pth'),
  ]);
  // The best of all runs lies in the folder of the checkpoints itself; a run elsewhere may have the same name.
  const common = join(config.experiment.output_dir, 'checkpoints', 'best_model.pth');
  writeFileSync(common, '');
  writeMadeUpFeatures(config, 'A', cohort, 4, { checkpoint: common });
  writeMadeUpFeatures(config, 'P', cohort, 4, { checkpoint: 'downloads/run/best_model.pth' });
  const again = listening();
  await align({ config, modalities: ['A', 'P'] }, again);
  expect(again.said.filter((line) => line.includes('not a checkpoint of'))).toEqual([
    expect.stringContaining('The features of P come from downloads/run/best_model.pth'),
  ]);
});
