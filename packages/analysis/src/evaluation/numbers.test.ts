// What the rows of an evaluation are computed from, beside scikit-learn and R.
import type { EvaluatedPatient } from '@radweave/artifacts';
import { Random } from '@radweave/stats';
import { pythonJson, referenceTest, rJson, rTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { binaryMetrics } from './binary-metrics.ts';
import { compareSplit, pairsOf } from './comparisons.ts';
import { groupOf, oneVsRest, type PredictedModel } from './group.ts';

const OPTIONS = { replicates: 100, seed: 1, level: 0.95, method: 'clopper-pearson' } as const;
const THRESHOLD = 0.35;

/** Patients of two hospitals; ranked by one probability, decided at the threshold, and calibrated to another probability. */
function evaluatedPatients(name: string, count: number): EvaluatedPatient[] {
  const random = new Random(7, name);
  return Array.from({ length: count }, (_, i) => {
    const label = i % 3 === 0 ? 1 : 0;
    const p = 1 / (1 + Math.exp(-(1.5 * label - 0.7 + random.normal())));
    const calibrated = p ** 2;
    return {
      patient: `p${i}`,
      hospital: i % 2 === 0 ? 'SY' : 'ZS',
      label,
      probabilities: [1 - p, p],
      calibrated: [1 - calibrated, calibrated],
      predicted: p >= THRESHOLD ? 1 : 0,
    };
  });
}

function modelOf(name: string, count = 60): PredictedModel & { kind: 'fused' | 'features' } {
  const test = evaluatedPatients(name, count);
  const each = <T>(value: T) => ({ train: value, val: value, test: value });
  return {
    name,
    kind: name === 'fused' ? 'fused' : 'features',
    threshold: THRESHOLD,
    patients: { train: [], val: [], test },
    inSample: each('no' as const),
    notes: each([]),
  };
}

const SKLEARN = `
import json, sys
from sklearn.metrics import *
s = json.load(sys.stdin)
y, ranked, calibrated, hat = (s[k] for k in ('labels', 'ranked', 'calibrated', 'predicted'))
print(json.dumps(dict(auc=roc_auc_score(y, ranked), average_precision=average_precision_score(y, ranked),
    accuracy=accuracy_score(y, hat), balanced_accuracy=balanced_accuracy_score(y, hat),
    sensitivity=recall_score(y, hat), specificity=recall_score(y, hat, pos_label=0),
    ppv=precision_score(y, hat), npv=precision_score(y, hat, pos_label=0),
    f1=f1_score(y, hat), brier=brier_score_loss(y, calibrated))))
`;

referenceTest(
  'ranking is by the probabilities before calibration, decisions by the threshold, Brier by those after',
  ['sklearn'],
  () => {
    const model = modelOf('fused');
    const group = groupOf(model, 'test', 'all', model.patients.test, 2);
    const row = binaryMetrics(oneVsRest(group, 1), group.strata, OPTIONS);
    const people = model.patients.test;
    const expected = pythonJson<Record<string, number>>(SKLEARN, {
      input: JSON.stringify({
        labels: people.map(({ label }) => label),
        ranked: people.map(({ probabilities }) => probabilities[1]),
        calibrated: people.map(({ calibrated }) => calibrated?.[1]),
        predicted: people.map(({ predicted }) => predicted),
      }),
    });
    for (const [name, value] of Object.entries(expected)) {
      expect(row[name as 'auc'].value, name).toBeCloseTo(value, 10);
    }
    expect(row.n_positive).toBe(20);
    expect(row.auc.lower).toBeLessThan(row.auc.value ?? 0);
  },
);

test('every model is compared with the primary one, and those of a kind with each other', () => {
  const models = ['A', 'P', 'fused'].map((name) => modelOf(name));
  const names = pairsOf(models, 'fused').map(([first, second]) => `${first.name} ${second.name}`);
  expect(names).toEqual(['A fused', 'P fused', 'A P']);
});

rTest("p-values are corrected within each hospital, as R's p.adjust does", ['stats', 'jsonlite'], () => {
  const pairs = pairsOf(
    ['A', 'P', 'fused'].map((name) => modelOf(name)),
    'fused',
  );
  const rows = compareSplit(pairs, 'test', 2, OPTIONS);
  expect(rows.map(({ hospital, n }) => `${hospital} ${n}`)).toEqual([
    ...Array(3).fill('all 60'),
    ...Array(3).fill('SY 30'),
    ...Array(3).fill('ZS 30'),
  ]);
  const of = (hospital: string) => rows.filter((row) => row.hospital === hospital);
  const groups = ['all', 'SY', 'ZS'].map((hospital) => of(hospital).map(({ delong_p }) => delong_p));
  const source = `cat(jsonlite::toJSON(lapply(jsonlite::fromJSON(file("stdin"), simplifyMatrix = FALSE), p.adjust, "holm"), digits = NA))`;
  const expected = rJson<number[][]>(source, { input: JSON.stringify(groups) });
  for (const [g, hospital] of ['all', 'SY', 'ZS'].entries()) {
    for (const [i, { delong_p_holm }] of of(hospital).entries()) {
      expect(delong_p_holm).toBeCloseTo(expected[g]?.[i] ?? Number.NaN, 12);
    }
  }
});

test('models are compared on the patients that both evaluate', () => {
  const [first, second] = [modelOf('A', 60), modelOf('fused', 40)];
  const [row] = compareSplit([[first, second]], 'test', 2, OPTIONS);
  expect(row?.n).toBe(40);
  const same = modelOf('fused', 40);
  const [equal] = compareSplit([[same, { ...same, name: 'again' }]], 'test', 2, OPTIONS);
  expect(equal?.auc_difference.value).toBe(0);
  expect(equal?.mcnemar_p).toBeNull();
  expect(equal?.note?.text).toContain('McNemar');
});

test.each([
  [60, false],
  [57, false],
  // Every third patient is positive.
  [27, true],
])('a comparison of %i patients says that a label has few of them: %s', (count, isSaid) => {
  const [row] = compareSplit([[modelOf('A', count), modelOf('fused', count)]], 'test', 2, OPTIONS);
  expect(row?.delong_p).not.toBeNull();
  expect(row?.note?.text.includes("DeLong's test may be far too small") === true).toBe(isSaid);
});
