// The whole job on patients of whom some lack modalities, with --missing allow.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  auditFiles,
  auditFolder,
  type CohortPatient,
  type Config,
  evaluationFiles,
  evaluationFolder,
  type FusionModelFile,
  featureTablePath,
  fusionFiles,
  fusionFolder,
  type PredictionRow,
  predictionsPath,
  readAuditRecord,
  readCohort,
  readEvaluation,
  readFeatures,
  readFeatureTable,
  readFusionMetrics,
  readFusionModel,
  readPredictions,
  reportPath,
  resolveFeaturePath,
  SPLITS,
  splitFiles,
} from '@radweave/artifacts';
import { cohortConfig, listening, writeCohortOf } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runStage } from '../runner/run-stage.ts';
import { predict } from '../stages/predict.ts';
import { runPipeline } from './run-pipeline.ts';

const MODALITIES = ['A', 'P', 'V'];
/** Of whom which modalities are taken away. */
const LACKING: Record<string, string> = {
  ...{ JM00: 'V', JM01: 'P V', JM12: 'A', JM13: 'V', JM05: 'P V', JM16: 'P V' },
  ...{ SY00: 'V', SY10: 'V', SY11: 'P V', ZS00: 'A P', ZS10: 'P V' },
};
let config: Config;
let folder: string;
let cohort: CohortPatient[];
let model: FusionModelFile;

const ownOf = (patient: CohortPatient | undefined): string[] =>
  MODALITIES.filter((modality) => (patient?.slices[modality] ?? 0) > 0);
const modelFile = (): string => fusionFiles(fusionFolder(config)).model;
const predictions = (split: 'train' | 'val' | 'test'): PredictionRow[] =>
  readPredictions(predictionsPath(fusionFolder(config), split));

const runAll = (): ReturnType<typeof runPipeline> =>
  runPipeline(
    config,
    { bestHparamsDir: join(folder, 'best'), explain: false, crossFit: null },
    {
      run: (stage, options) => runStage(stage, options, listening()),
      say: () => undefined,
      warn: () => undefined,
    },
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'radweave-missing-'));
  config = cohortConfig(folder);
  config.data.modalities = MODALITIES;
  config.data.missing = 'allow';
  const raw = config.data.root_dir ?? '';
  writeCohortOf(raw, { JM: [10, 10], SY: [3, 3], ZS: [2, 2] }, ['grade0', 'grade1'], MODALITIES);
  for (const [patient, lost] of Object.entries(LACKING)) {
    const place = join(raw, patient.slice(0, 2), `grade${patient[2]}`, patient);
    for (const modality of lost.split(' ')) rmSync(join(place, modality), { recursive: true });
  }
  Object.assign(config.model, { name: 'mobilenetv3_small_100', pretrained: false });
  Object.assign(config.training, { epochs: 1, batch_size: 16, precision: 'fp32', device: 'cpu' });
  config.evaluation.bootstrap_replicates = 100;
  await runAll();
  cohort = readCohort(splitFiles(config.data.splits_dir).cohort).patients;
  model = readFusionModel(modelFile());
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('everybody is in the features of what they have, and in one set', () => {
  expect(cohort).toHaveLength(30);
  for (const split of SPLITS) {
    for (const modality of MODALITIES) {
      const rows = readFeatureTable(featureTablePath(config.data.features_dir, split, modality));
      const expected = cohort.filter((one) => one.split === split && ownOf(one).includes(modality));
      expect(rows.map((row) => row.patient_id).sort()).toEqual(expected.map(({ patient }) => patient).sort());
    }
  }
  const { findings } = readAuditRecord(auditFiles(auditFolder(config)).record);
  expect(findings.filter(({ severity }) => severity === 'leak')).toEqual([]);
});

/** The positive label's probability, from `model.json` and the arrays of the patient's slices alone. */
function byHand(name: string, patient: string, split: 'train' | 'val' | 'test'): number {
  const { modalities, scaler, coef, intercept } = model.classifiers.find((one) => one.name === name) ?? {
    ...{ modalities: [], scaler: null, coef: [], intercept: [] },
  };
  const pooled = modalities.flatMap((modality) => {
    const table = featureTablePath(config.data.features_dir, split, modality);
    const row = readFeatureTable(table).find(({ patient_id }) => patient_id === patient);
    const { shape, data } = readFeatures(resolveFeaturePath(table, row?.feature_path ?? ''));
    const [slices = 0, dims = 0] = shape;
    return Array.from({ length: dims }, (_, d) => {
      let sum = 0;
      for (let s = 0; s < slices; s++) sum += data[s * dims + d] ?? Number.NaN;
      return Math.fround(sum / slices);
    });
  });
  const { mean, scale } = Object(scaler?.value) as { mean: number[]; scale: number[] };
  const logit = pooled.reduce(
    (sum, x, i) => sum + (coef[0]?.[i] ?? 0) * ((x - (mean[i] ?? 0)) / (scale[i] ?? 1)),
    intercept[0] ?? 0,
  );
  return 1 / (1 + Math.exp(-logit));
}

test('each classifier is fitted on all who have its modalities, and predicts them as by hand', () => {
  expect(model.missing).toBe('allow');
  // P and V are two modalities of one patient, A and P of others.
  expect(model.classifiers.map(({ name }) => name)).toEqual(['fused', 'A', 'P', 'V', 'A+P', 'P+V']);
  for (const { name, modalities, scaler, threshold } of model.classifiers) {
    const n = (split: string): number =>
      cohort.filter((one) => one.split === split && modalities.every((m) => ownOf(one).includes(m))).length;
    expect([scaler?.fitted_on.n, threshold?.fitted_on.n], name).toEqual([n('train'), n('val')]);
    expect([...(scaler?.fitted_on.hospitals ?? []), ...(threshold?.fitted_on.hospitals ?? [])], name).toEqual(
      ['JM', 'JM'],
    );
  }
  for (const split of SPLITS) {
    const rows = predictions(split);
    const wanted = cohort.filter((one) => one.split === split).map(({ patient }) => patient);
    expect(rows.map(({ patient }) => patient).sort()).toEqual(wanted.sort());
    for (const row of rows) {
      const own = ownOf(cohort.find(({ patient }) => patient === row.patient));
      const isAll = own.length === MODALITIES.length;
      expect(row.model, row.patient).toBe(isAll ? 'fused' : own.join('+'));
      for (const { name, modalities } of model.classifiers) {
        const said = row[`probability_${name}`];
        if (!modalities.every((one) => own.includes(one))) expect(said, `${row.patient} ${name}`).toBeNull();
        else expect(Number(said)).toBeCloseTo(byHand(name, row.patient, split), 9);
      }
      const used = model.classifiers.find(({ name }) => name === row.model);
      const { threshold } = Object(used?.threshold?.value) as { threshold: number };
      expect(row.predicted).toBe(Number(Number(row[`probability_${row.model}`]) >= threshold));
    }
  }
});

test('every table says how many patients of each kind its numbers are of', async () => {
  const count = (split: string, ...kinds: string[]): number =>
    cohort.filter((one) => one.split === split && kinds.includes(ownOf(one).join('+'))).length;
  const inTest = (...kinds: string[]): number => count('test', ...kinds);
  const fused = readFusionMetrics(fusionFiles(fusionFolder(config)).metrics).find(
    (row) => row.model === 'fused' && row.split === 'test' && row.hospital === 'all',
  );
  expect(fused?.n).toBe(inTest('A+P+V'));
  expect(fused?.note).toContain('all modalities: 5');
  expect(fused?.note).toContain('only A and P: 2, only A: 2, only V: 1');
  const evaluation = readEvaluation(evaluationFiles(evaluationFolder(config)).record);
  expect(evaluation.primary).toBe('fused');
  const n = (name: string): number | undefined =>
    evaluation.rows.find((row) => row.model === name && row.split === 'test' && row.hospital === 'all')?.n;
  expect(n('fused')).toBe(5);
  expect(n('everyone')).toBe(10);
  const { note } = evaluation.rows.find(({ model, split }) => model === 'everyone' && split === 'test') ?? {};
  expect(note?.text).toContain('patients with all modalities are predicted by fused');
  expect(note?.text).toContain('patients with A and P only are predicted by A+P');
  expect([n('only A+P'), n('only P+V'), n('only A'), n('only V')]).toEqual([2, undefined, 2, 1]);
  expect(n('A')).toBe(inTest('A+P+V', 'A+P', 'A'));
  expect(n('network V')).toBe(inTest('A+P+V', 'P+V', 'V'));
  // Each of everybody is said what the classifier of what they have says of them.
  const everyone = evaluation.models.find(({ name }) => name === 'everyone')?.patients.test ?? [];
  for (const row of predictions('test')) {
    const found = everyone.find(({ patient }) => patient === row.patient);
    expect(found?.probabilities[1]).toBe(row[`probability_${row.model}`]);
  }
  expect(evaluation.findings.map(({ text }) => text).join('\n')).toMatch(/chance.*: .*everyone, AUC /);
  // Before that is said, it is looked at within hospitals as well.
  expect(evaluation.heterogeneity.map(({ model }) => model)).toContain('everyone');
  // Models are compared on the patients of both alone.
  for (const { first, second, n: shared, split, hospital } of evaluation.comparisons) {
    expect([first, second].some((name) => /^everyone|^only/.test(name))).toBe(false);
    if (split === 'test' && hospital === 'all' && second === 'fused') expect(shared).toBe(5);
  }
  const report = readFileSync(reportPath(config), 'utf8');
  for (const text of ['Patients by the modalities that they have', 'The headline is “fused”', 'only A+P']) {
    expect(report).toContain(text);
  }
});

/** The threshold that `model.json` holds for a classifier. */
function frozenOf(name: string): unknown {
  const one = model.classifiers.find((classifier) => classifier.name === name);
  return (Object(one?.threshold?.value) as { threshold?: number }).threshold;
}

test('new patients are predicted by what they have, from features and from images, and the model is named', async () => {
  const output = join(tempDir(), 'predictions.csv');
  const told = async (input: string): Promise<Map<string, string[]>> => {
    const result = await predict({ config, model: modelFile(), input, output }, listening());
    expect(result.missing).toEqual([]);
    const [header = '', ...rows] = readFileSync(output, 'utf8').trimEnd().split('\n');
    const columns = header.split(',');
    const at = ['model', 'predicted', ...model.classifiers.map(({ name }) => `probability_${name}`)].map(
      (name) => columns.indexOf(name),
    );
    const users = rows.map((row) => row.split(',')[at[0] ?? -1] ?? '');
    const countOf = (name: string): number => users.filter((one) => one === name).length;
    expect(result.models).toEqual(Object.fromEntries(users.map((name) => [name, countOf(name)])));
    expect(result.thresholds).toEqual(Object.fromEntries(users.map((name) => [name, frozenOf(name)])));
    return new Map(
      rows.map((row) => row.split(',')).map((cells) => [cells[0] ?? '', at.map((i) => cells[i] ?? '')]),
    );
  };
  const features = await told(join(config.data.features_dir, 'test'));
  for (const row of predictions('test')) {
    const [used, predicted, ...own] = features.get(row.patient) ?? [];
    expect([used, Number(predicted)]).toEqual([row.model, row.predicted]);
    const expected = model.classifiers.map(({ name }) => row[`probability_${name}`]);
    expect(own.map((cell) => (cell === '' ? null : Number(cell)))).toEqual(expected);
  }
  const images = await told(join(config.data.root_dir ?? '', 'SY', 'grade1'));
  for (const [patient, [used, ...own]] of images) {
    const [model_, ...saved] = features.get(patient) ?? [];
    expect(used).toBe(model_);
    own.forEach((cell, i) => {
      expect(cell === '').toBe(saved[i] === '');
      expect(Number(cell)).toBeCloseTo(Number(saved[i]), 4);
    });
  }
  // A whole hospital without V, whose table nobody has.
  const withoutV = tempDir();
  cpSync(join(config.data.features_dir, 'test'), withoutV, { recursive: true });
  rmSync(join(withoutV, 'features_V.csv'));
  expect(existsSync(join(withoutV, 'features_A.csv'))).toBe(true);
  expect(new Set([...(await told(withoutV)).values()].map(([used]) => used))).toEqual(new Set(['A+P', 'A']));
  const others = join(tempDir(), 'img');
  mkdirSync(join(others, 'X01', 'T2'), { recursive: true });
  await expect(
    predict({ config, model: modelFile(), input: others, output }, listening()),
  ).rejects.toMatchObject({
    message: expect.stringContaining('none of 1 has any modality'),
    hint: expect.stringContaining('with a modality of the model under its name'),
  });
});

test('verify finds split, fusion and evaluation as they are, and the job has nothing to do again', async () => {
  const run = config.experiment.output_dir;
  const { differences, missing } = await runStage('verify', { run, config, given: [] }, listening());
  expect([differences, missing]).toEqual([[], []]);
  const outcomes = await runAll();
  expect(outcomes.filter(({ outcome }) => outcome !== 'unchanged')).toEqual([]);
});
