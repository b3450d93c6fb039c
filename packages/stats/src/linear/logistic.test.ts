import { peersPython, peerTest, pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { matrixFrom } from '../core/matrix.ts';
import { Random } from '../core/random.ts';
import { featureSample, worstDifference } from '../core/samples.test.data.ts';
import { fitLogistic, logisticProbabilities } from './logistic.ts';
import { fitStandardScaler, standardise } from './scaler.ts';

// Two references: lbfgs at tol 1e-10, which is what we promise to equal, and Newton's method (binary only), which
// reaches the minimum more exactly than scikit-learn 1.2's lbfgs.
const SKLEARN = `
import json, sys
import numpy as np
from sklearn.linear_model import LogisticRegression
out = []
for s in json.load(sys.stdin):
    x, y = np.array(s['rows']), s['labels']
    fit = lambda solver: LogisticRegression(C=s['C'], solver=solver, tol=1e-10, max_iter=10000).fit(x, y)
    m = fit('lbfgs')
    exact = fit('newton-cholesky').coef_.ravel().tolist() if len(set(y)) == 2 and x.shape[1] < 100 else None
    out.append(dict(coef=m.coef_.ravel().tolist(), intercept=m.intercept_.tolist(),
                    probabilities=m.predict_proba(x).ravel().tolist(), exact=exact))
print(json.dumps(out))
`;

interface Reference {
  coef: number[];
  intercept: number[];
  probabilities: number[];
  exact: number[] | null;
}

const CASES: { n: number; columns: number; classes: number; C: number }[] = [
  { n: 60, columns: 5, classes: 2, C: 1 },
  { n: 20, columns: 3, classes: 2, C: 100 },
  { n: 80, columns: 30, classes: 2, C: 0.01 },
  { n: 60, columns: 512, classes: 2, C: 1 },
  { n: 200, columns: 2048, classes: 2, C: 10 },
  { n: 90, columns: 6, classes: 3, C: 1 },
  { n: 100, columns: 256, classes: 4, C: 1 },
];

referenceTest('coefficients and probabilities equal scikit-learn', ['sklearn'], () => {
  const samples = CASES.map((c, i) => ({ ...c, ...featureSample(i + 1, c.n, c.columns, c.classes) }));
  const input = samples.map(({ rows, labels, C }) => ({ rows, labels, C }));
  const expected = pythonJson<Reference[]>(SKLEARN, { input: JSON.stringify(input) });
  for (const [i, sample] of samples.entries()) {
    const { features, labels, classes, C } = sample;
    const reference = expected[i] as Reference;
    const model = fitLogistic(features, labels, { classes, C }).value;
    if (model === null) throw new Error('no model');
    expect(model.converged).toBe(true);
    const size = Math.max(...reference.coef.map(Math.abs));
    expect(worstDifference(model.coef.data, reference.coef) / size).toBeLessThan(1e-3);
    expect(worstDifference(model.intercept, reference.intercept) / Math.max(size, 1)).toBeLessThan(1e-3);
    const probabilities = logisticProbabilities(model, features).data;
    expect(worstDifference(probabilities, reference.probabilities)).toBeLessThan(1e-4);
    if (reference.exact !== null) {
      expect(worstDifference(model.coef.data, reference.exact) / size).toBeLessThan(1e-6);
    }
  }
});

test('max_iter counts iterations, and running out of them is said', () => {
  const { features, labels } = featureSample(3, 60, 20, 2);
  const cut = fitLogistic(features, labels, { maxIterations: 3 }).value;
  expect(cut).toMatchObject({ iterations: 3, converged: false });
  const full = fitLogistic(features, labels).value;
  expect(full?.converged).toBe(true);
  expect(full?.iterations).toBeGreaterThan(3);
});

test('separable classes still have a finite penalised solution', () => {
  const model = fitLogistic(matrixFrom([[-1000], [-900], [900], [1000]]), [0, 0, 1, 1], { C: 1e4 }).value;
  expect(model?.converged).toBe(true);
  expect(model?.coef.data.every(Number.isFinite)).toBe(true);
});

test('a class without patients is null; mistakes throw', () => {
  const features = matrixFrom([[1], [2]]);
  expect(fitLogistic(features, [1, 1])).toMatchObject({
    value: null,
    reason: { text: expect.stringContaining('label 0') },
  });
  expect(() => fitLogistic(features, [1])).toThrow('1 labels for 2 rows');
  expect(() => fitLogistic(features, [0, 1], { C: 0 })).toThrow('C is 0');
});

/** A few directions in which patients differ, each less than the one before, and noise: as features of a network are. */
function directed(n: number, columns: number): { rows: number[][]; labels: number[] } {
  const random = new Random(9, 'directions');
  const basis = Array.from({ length: 20 }, (_, k) =>
    Array.from({ length: columns }, () => random.normal() / (1 + k / 4)),
  );
  const labels = Array.from({ length: n }, (_, i) => i % 2);
  const raw = labels.map((label) => {
    const place = basis.map((_, k) => random.normal() + (k === 0 ? label : 0));
    return Array.from({ length: columns }, (_, j) =>
      basis.reduce((sum, direction, k) => sum + (place[k] ?? 0) * (direction[j] ?? 0), random.uniform()),
    );
  });
  const scaler = fitStandardScaler(matrixFrom(raw)).value;
  if (scaler === null) throw new Error('no scaler');
  const { data } = standardise(scaler, matrixFrom(raw));
  return { rows: raw.map((_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns))), labels };
}

peerTest('fitting stops where scikit-learn stops', ['sklearn'], () => {
  const { rows, labels } = directed(500, 100);
  const source = `
import json, sys
from sklearn.linear_model import LogisticRegression
s = json.load(sys.stdin)
print(json.dumps(int(LogisticRegression(tol=1e-4, max_iter=10000).fit(s['rows'], s['labels']).n_iter_[0])))
`;
  const input = JSON.stringify({ rows, labels });
  const theirs = pythonJson<number>(source, { input, interpreter: peersPython() });
  const ours = fitLogistic(matrixFrom(rows), labels, { tolerance: 1e-4 }).value?.iterations;
  expect(Math.abs((ours ?? 0) / theirs - 1)).toBeLessThan(0.1);
});
