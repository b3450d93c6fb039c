import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  auditFiles,
  auditFolder,
  type Config,
  readAlikeIds,
  readAuditRecord,
  readCohort,
  readFeatureTable,
  readPredictions,
  reportPath,
  splitFiles,
} from '@radweave/artifacts';
import { readCheckpointFacts } from '@radweave/network/open/checkpoint';
import { findRuns } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening, slicePixels, writeSlice } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runStage } from '../runner/run-stage.ts';
import { predict } from '../stages/predict.ts';
import { runPipeline } from './run-pipeline.ts';

const HOSPITALS = { JM: 12, SY: 4, ZS: 4 };
let config: Config;
let folder: string;
let raw: string;

/** Patients 1, 2, … of a hospital, of either label in turn. */
function writeHospital(root: string, hospital: string, patients: number): void {
  for (let id = 1; id <= patients; id++) {
    for (const modality of ['A', 'P']) {
      for (const file of ['1.png', '2.png']) {
        const place = `${hospital}/grade${id % 2}/${id}/${modality}/${file}`;
        writeSlice(root, place, slicePixels(place, id % 2));
      }
    }
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'radweave-same-ids-'));
  config = cohortConfig(folder);
  raw = join(folder, 'raw');
  for (const [hospital, patients] of Object.entries(HOSPITALS)) writeHospital(raw, hospital, patients);
  Object.assign(config.model, { name: 'mobilenetv3_small_100', pretrained: false });
  Object.assign(config.training, { epochs: 1, batch_size: 16, precision: 'fp32', device: 'cpu' });
  config.evaluation.bootstrap_replicates = 100;
  const how = { bestHparamsDir: join(folder, 'best'), explain: false, crossFit: null };
  await runPipeline(config, how, {
    run: (stage, options) => runStage(stage, options, listening()),
    say: () => undefined,
    warn: () => undefined,
  });
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('three hospitals that number their patients from 1 have as many patients as there are, to the report', () => {
  const { patients } = readCohort(splitFiles(config.data.splits_dir).cohort);
  expect(patients).toHaveLength(20);
  const keys = patients.filter(({ split }) => split === 'test').map(({ patient }) => patient);
  expect([...keys].sort()).toEqual([1, 2, 3, 4].flatMap((id) => [`${id}@SY`, `${id}@ZS`]));
  for (const modality of ['A', 'P']) {
    const table = join(config.data.features_dir, 'test', `features_${modality}.csv`);
    const rows = readFeatureTable(table);
    expect(new Set(rows.map(({ patient_id }) => patient_id))).toEqual(new Set(keys));
    for (const { feature_path, patient_id } of rows) {
      expect(feature_path).toContain(`${patient_id}.npy`);
      expect(existsSync(feature_path)).toBe(true);
    }
  }
  const judged = readPredictions(join(config.experiment.output_dir, 'fusion', 'predictions_test.csv'));
  expect(judged.map(({ patient, hospital }) => [patient, hospital]).sort()).toEqual(
    keys.map((key) => [key, key.slice(2)]).sort(),
  );
  expect(existsSync(reportPath(config))).toBe(true);
});

test('the audit finds no leak, and lists the IDs of several hospitals', () => {
  const files = auditFiles(auditFolder(config));
  const { findings } = readAuditRecord(files.record);
  expect(findings.filter(({ severity }) => severity === 'leak')).toEqual([]);
  expect(findings).toContainEqual(expect.objectContaining({ code: 'WARN_ID_HOSPITALS', count: 4 }));
  expect(readAlikeIds(files.alike)).toHaveLength(12);
});

test('a checkpoint names neither a patient, nor the home hospital, nor a folder', async () => {
  const [run] = findRuns(config.experiment.output_dir, 'best', { modality: 'A' });
  const facts = await readCheckpointFacts(run?.best ?? '');
  const text = JSON.stringify(facts?.about);
  for (const told of ['"JM"', '@JM', folder]) expect(text).not.toContain(told);
  expect(facts?.about.patients.train).toHaveLength(8);
});

test('patients 1, 2, … of another hospital are new; those of the home hospital are not', async () => {
  const output = join(tempDir(), 'predictions.csv');
  const model = join(config.experiment.output_dir, 'fusion', 'model.json');
  const notesOf = async (input: string, hospital?: string): Promise<string[]> => {
    await predict({ config, model, input, output, hospital }, listening());
    const [, ...rows] = readFileSync(output, 'utf8').trimEnd().split('\n');
    return rows.map((row) => row.split(',').at(-1) ?? '');
  };
  const elsewhere = tempDir();
  writeHospital(elsewhere, 'HN', 8);
  expect(new Set(await notesOf(join(elsewhere, 'HN', 'grade1'), 'HN'))).toEqual(new Set(['']));
  const { patients } = readCohort(splitFiles(config.data.splits_dir).cohort);
  const trained = patients.filter(({ split, label }) => split === 'train' && label === 1);
  const inSample = 'in-sample: a network was trained on this patient';
  const home = await notesOf(join(raw, 'JM', 'grade1'));
  expect(home.filter((note) => note === inSample)).toHaveLength(trained.length);
  expect(home.filter((note) => note === '')).toHaveLength(6 - trained.length);
});
