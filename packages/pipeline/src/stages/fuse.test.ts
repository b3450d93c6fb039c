import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  evaluationFiles,
  evaluationFolder,
  type FusionMetricsRow,
  readEvaluation,
  readFusionMetrics,
  readFusionModel,
  readPredictions,
} from '@radweave/artifacts';
import { delongAuc, youdenThreshold } from '@radweave/stats';
import { listening } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpFeatures } from '@radweave/study/testing/features';
import { writeMadeUpLogits } from '@radweave/study/testing/logits';
import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { modalities, prepared } from './fuse.test.data.ts';
import { fuse } from './fuse.ts';

const SKLEARN = `
import json, sys, numpy as np, pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import roc_auc_score
features, names, C = sys.argv[1], sys.argv[2].split(','), float(sys.argv[3])

def load(split):
    tables = [pd.read_csv(f'{features}/{split}/aligned/features_{m}.csv', dtype={'patient_id': str}) for m in names]
    patients = pd.read_csv(f'{features}/{split}/aligned/patients.csv', dtype={'patient_id': str})
    for t in tables:
        assert list(t.columns) == ['patient_id', 'feature_path', 'label', 'num_slices']
        assert list(t.patient_id) == list(patients.patient_id)
    x = np.concatenate([np.stack([np.load(p).astype(np.float64).mean(0) for p in t.feature_path]) for t in tables], 1)
    return x, tables[0].label.to_numpy(), list(patients.patient_id)

x, y, _ = load('train')
scaler = StandardScaler().fit(x)
model = LogisticRegression(C=C, tol=1e-10, max_iter=10000).fit(scaler.transform(x), y)
out = {'coef': model.coef_.tolist(), 'intercept': model.intercept_.tolist(), 'p': {}, 'id': {}, 'auc': {}}
for split in ['train', 'val', 'test']:
    xs, ys, ids = load(split)
    p = model.predict_proba(scaler.transform(xs))
    out['p'][split], out['id'][split] = p.tolist(), ids
    out['auc'][split] = roc_auc_score(ys, p[:, 1]) if p.shape[1] == 2 else roc_auc_score(ys, p, multi_class='ovr')
print(json.dumps(out))
`;

interface SklearnFit {
  coef: number[][];
  intercept: number[];
  p: Record<string, number[][]>;
  id: Record<string, string[]>;
  auc: Record<string, number>;
}

function largestRelative(ours: readonly number[], theirs: readonly number[]): number {
  const scale = Math.max(...theirs.map(Math.abs));
  return Math.max(...theirs.map((value, i) => Math.abs((ours[i] ?? Number.NaN) - value))) / scale;
}

for (const classes of [2, 3]) {
  referenceTest(
    `equals scikit-learn on the same features, ${classes} classes`,
    ['sklearn', 'pandas'],
    async () => {
      const config = prepared(madeUpCohort({ train: 60, val: 24, test: 40 }, classes));
      config.fusion.C = 0.7;
      const result = await fuse({ config, modalities }, listening());
      expect(result.converged).toBe(true);
      const { classifiers } = readFusionModel(result.modelFile);
      for (const { name, coef, intercept, modalities: own } of classifiers) {
        const args = [config.data.features_dir, own.join(','), '0.7'];
        const theirs = pythonJson<SklearnFit>(SKLEARN, { args });
        expect(largestRelative(coef.flat(), theirs.coef.flat())).toBeLessThan(1e-3);
        expect(largestRelative(intercept, theirs.intercept)).toBeLessThan(1e-3);
        for (const split of ['train', 'val', 'test']) {
          const rows = readPredictions(join(result.outputDir, `predictions_${split}.csv`));
          expect(rows.map(({ patient }) => patient)).toEqual(theirs.id[split]);
          rows.forEach((row, i) => {
            const p = theirs.p[split]?.[i] ?? [];
            if (classes === 2)
              expect(Math.abs(Number(row[`probability_${name}`]) - (p[1] ?? 0))).toBeLessThan(1e-4);
            else {
              p.forEach((value, label) => {
                expect(Math.abs(Number(row[`probability_${name}_${label}`]) - value)).toBeLessThan(1e-4);
              });
            }
          });
          const positive = classes === 2 ? '1' : 'macro';
          expect(metric(result.metrics, { model: name, split, positive_label: positive }).auc).toBeCloseTo(
            theirs.auc[split] ?? Number.NaN,
            6,
          );
        }
      }
    },
  );
}

function metric(rows: readonly FusionMetricsRow[], wanted: Record<string, string>): FusionMetricsRow {
  const hit = rows.find((row) =>
    Object.entries({ hospital: 'all', ...wanted }).every(([key, value]) => Reflect.get(row, key) === value),
  );
  if (hit === undefined) throw new Error(`no row ${JSON.stringify(wanted)}`);
  return hit;
}

test('the threshold is chosen on validation alone, frozen, and the same in every file', async () => {
  const config = prepared();
  const { outputDir, metrics, threshold, modelFile } = await fuse({ config, modalities }, listening());
  const val = readPredictions(join(outputDir, 'predictions_val.csv'));
  const expected = youdenThreshold(
    val.map(({ label }) => Number(label)),
    val.map((row) => Number(row.probability_fused)),
  ).value?.threshold;
  expect(threshold).toBe(expected);
  const [fused] = readFusionModel(modelFile).classifiers;
  expect(fused?.threshold?.value).toMatchObject({ rule: 'youden', threshold });
  expect(fused?.threshold?.fitted_on).toMatchObject({ splits: ['val'], hospitals: ['JM'], n: 24 });
  expect(fused?.scaler?.fitted_on).toMatchObject({ splits: ['train'], n: 60 });
  for (const row of metrics.filter(({ model }) => model === 'fused')) expect(row.threshold).toBe(threshold);
  const test = readPredictions(join(outputDir, 'predictions_test.csv'));
  for (const row of test) {
    expect(row.predicted).toBe(Number(row.probability_fused) >= Number(threshold) ? 1 : 0);
  }
  const hits = test.filter(({ label, predicted }) => label === predicted).length;
  const all = metric(metrics, { model: 'fused', split: 'test' });
  expect(all.accuracy).toBeCloseTo(hits / 40, 12);
  const half = test.filter((row) => Number(Number(row.probability_fused) >= 0.5) === row.label).length;
  expect(all.accuracy_at_0_5).toBeCloseTo(half / 40, 12);
});

test('intervals have the level that was set, and the model keeps which', async () => {
  const config = prepared();
  config.evaluation.confidence_level = 0.8;
  const { outputDir, metrics, modelFile, level } = await fuse({ config, modalities }, listening());
  expect([level, readFusionModel(modelFile).options.confidence_level]).toEqual([0.8, 0.8]);
  const rows = readPredictions(join(outputDir, 'predictions_test.csv'));
  const labels = rows.map(({ label }) => Number(label));
  const area = delongAuc(
    labels,
    Float64Array.from(rows, (row) => Number(row.probability_fused)),
    0.8,
  );
  const { auc_lower, auc_upper } = metric(metrics, { model: 'fused', split: 'test' });
  expect(area).toMatchObject({ lower: auc_lower, upper: auc_upper });
});

test.each([
  [{ threshold_rule: 'fixed' }, { rule: 'fixed', threshold: 0.5 }],
  [
    { threshold_rule: 'sensitivity', target_sensitivity: 0.8 },
    { rule: 'fixed_sensitivity', target: 0.8 },
  ],
] as const)(
  'every classifier, the stack too, has its threshold by the rule that was set: %o',
  async (set, value) => {
    const cohort = madeUpCohort({ train: 60, val: 24, test: 40 });
    const config = prepared(cohort);
    for (const modality of modalities) writeMadeUpLogits(config, modality, cohort, 2);
    Object.assign(config.evaluation, set);
    const { modelFile, metrics } = await fuse({ config, modalities, stack: true }, listening());
    const { classifiers, stacked } = readFusionModel(modelFile);
    for (const { threshold } of [...classifiers, ...(stacked === undefined ? [] : [stacked.classifier])]) {
      expect(threshold?.value).toMatchObject(value);
    }
    expect(stacked).toBeDefined();
    if ('target_sensitivity' in set) {
      const { sensitivity } = metric(metrics, { model: 'fused', split: 'val' });
      expect(sensitivity).toBeGreaterThanOrEqual(set.target_sensitivity);
    }
  },
);

test('has a row for every model, split and hospital, with n, positives and an interval', async () => {
  const { metrics, metricsFile } = await fuse({ config: prepared(), modalities }, listening());
  expect(readFusionMetrics(metricsFile)).toEqual(metrics);
  const keys = metrics.map(({ model, split, hospital }) => `${model} ${split} ${hospital}`);
  expect(new Set(keys).size).toBe(3 * (2 + 2 + 3));
  expect(keys).toContain('P test ZS');
  const { n, n_positive, auc, auc_lower, auc_upper } = metric(metrics, { model: 'fused', split: 'test' });
  expect([n, n_positive]).toEqual([40, 20]);
  expect(auc_lower).toBeLessThan(Number(auc));
  expect(auc_upper).toBeGreaterThan(Number(auc));
});

test('in-sample training features are labelled in every table', async () => {
  const config = prepared();
  const context = listening();
  const { outputDir, metrics, modelFile } = await fuse({ config, modalities }, context);
  expect(metric(metrics, { model: 'A', split: 'train' })).toMatchObject({
    in_sample: 'yes',
    note: expect.stringMatching(/in-sample: the network of A was trained .*use cross-fitting/),
  });
  expect(metric(metrics, { model: 'fused', split: 'test' })).toMatchObject({
    in_sample: 'no',
    note: expect.stringMatching(/fitted on in-sample features of A and P: use cross-fitting/),
  });
  const [row] = readPredictions(join(outputDir, 'predictions_train.csv'));
  expect(row).toMatchObject({ in_sample: 'yes', note: expect.stringContaining('use cross-fitting') });
  expect(readFileSync(join(outputDir, 'fused_train.csv'), 'utf8')).toMatch(/^.*in_sample.*\n0001,JM,0,yes,/);
  expect(readFusionModel(modelFile).notes.join()).toContain('use cross-fitting');
  expect(context.said.join('\n')).toMatch(/warning: The training features of A and P are in-sample/);
});

test('features of ImageNet weights are not in-sample, those of a silent checkpoint are of unknown origin', async () => {
  const cohort = madeUpCohort({ train: 30, val: 12, test: 12 });
  const config = prepared(cohort);
  writeMadeUpFeatures(config, 'A', cohort, 8, { in_sample: false });
  writeMadeUpFeatures(config, 'P', cohort, 5, { in_sample: null });
  const { metrics } = await fuse({ config, modalities }, listening());
  expect(metric(metrics, { model: 'A', split: 'train' }).in_sample).toBe('no');
  expect(metric(metrics, { model: 'P', split: 'train' }).in_sample).toBe('unknown');
  const fused = metric(metrics, { model: 'fused', split: 'test' });
  expect(fused.note).toContain('the checkpoint of P does not say which patients the network was trained on');
  expect(fused.note).not.toContain('in-sample');
});

test('a hospital with one class has no AUC, and the reason stands beside it', async () => {
  const cohort = madeUpCohort({ train: 30, val: 12, test: 12 });
  const config = prepared(cohort.filter(({ hospital, label }) => hospital !== 'ZS' || label === 0));
  const { metrics } = await fuse({ config, modalities }, listening());
  const row = metric(metrics, { model: 'fused', split: 'test', hospital: 'ZS' });
  expect(row).toMatchObject({ auc: null, auc_lower: null, sensitivity: null, n_positive: 0 });
  expect(row.specificity).not.toBeNull();
  expect(row.note).toMatch(/no positive patients/);
});

test('without an external hospital everything else runs, and the table says so', async () => {
  const config = prepared(madeUpCohort({ train: 30, val: 12, test: 0 }));
  const { metrics, outputDir } = await fuse({ config, modalities }, listening());
  const row = metric(metrics, { model: 'fused', split: 'test' });
  expect(row).toMatchObject({ n: 0, auc: null, accuracy: null });
  expect(row.note).toContain('there is no external hospital');
  expect(readPredictions(join(outputDir, 'predictions_test.csv'))).toEqual([]);
});

test('validation with one class: the threshold is 0.5 and every table says that it was not chosen', async () => {
  const cohort = madeUpCohort({ train: 30, val: 12, test: 12 });
  const config = prepared(cohort.filter(({ split, label }) => split !== 'val' || label === 0));
  const context = listening();
  const { metrics, threshold } = await fuse({ config, modalities }, context);
  expect(threshold).toBe(0.5);
  expect(metric(metrics, { model: 'fused', split: 'test' }).note).toContain(
    'the threshold is 0.5, not chosen',
  );
  expect(context.said.join('\n')).toMatch(/warning: Classifier 'fused': the threshold is 0.5, not chosen/);
});

test('too few iterations are a warning and stand in the model file and the evaluation', async () => {
  const config = prepared();
  config.fusion.max_iter = 2;
  const context = listening();
  const { converged, modelFile, metrics } = await fuse({ config, modalities }, context);
  expect(converged).toBe(false);
  expect(readFusionModel(modelFile).classifiers[0]).toMatchObject({ converged: false, iterations: 2 });
  expect(context.said.join('\n')).toContain('not converged after 2 iterations: raise --max_iter');
  expect(metric(metrics, { model: 'fused', split: 'val' }).note).toContain('not converged');
  const how = { modalities, runs: {}, frozen: null, networksOnly: false, outputDir: null };
  await evaluate({ config, ...how }, listening());
  const { rows } = readEvaluation(evaluationFiles(evaluationFolder(config)).record);
  const external = rows.filter(({ split, model }) => split === 'test' && model === 'fused');
  expect(external.length).toBeGreaterThan(0);
  for (const row of external) expect(JSON.stringify(row)).toContain('not converged after 2 iterations');
});

test('training without a label is an error that says where to look', async () => {
  const cohort = madeUpCohort({ train: 30, val: 12, test: 12 });
  const config = prepared(cohort.filter(({ split, label }) => split !== 'train' || label === 0));
  await expect(fuse({ config, modalities }, listening())).rejects.toThrow(/no patient of label grade1/);
  await expect(fuse({ config, modalities: ['A', 'T1'] }, listening())).rejects.toThrow(
    /no features of T1 .*extract --modality T1/,
  );
  await expect(fuse({ config, modalities: ['A', 'A'] }, listening())).rejects.toMatchObject({ exitCode: 2 });
});
