import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { type Matrix, matrixFrom, rowOf } from '../core/matrix.ts';
import { Random } from '../core/random.ts';
import { featureSample, worstDifference } from '../core/samples.test.data.ts';
import { fitPca, pcaTransform } from './pca.ts';
import { fitStandardScaler, standardise } from './scaler.ts';

const SKLEARN = `
import json, sys
import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
out = []
for rows in json.load(sys.stdin):
    x = np.array(rows)
    s = StandardScaler().fit(x)
    p = PCA(4, svd_solver='full').fit(x)
    sign = np.sign(p.components_[np.arange(4), np.abs(p.components_).argmax(1)])
    out.append(dict(mean=s.mean_.tolist(), scale=s.scale_.tolist(), scaled=s.transform(x).ravel().tolist(),
        components=(p.components_ * sign[:, None]).ravel().tolist(), variance=p.explained_variance_.tolist(),
        ratio=p.explained_variance_ratio_.tolist(), points=(p.transform(x) * sign).ravel().tolist()))
print(json.dumps(out))
`;

type Reference = Record<
  'mean' | 'scale' | 'scaled' | 'components' | 'variance' | 'ratio' | 'points',
  number[]
>;

referenceTest(
  'scaler and PCA equal scikit-learn, tall and wide, constant columns included',
  ['sklearn'],
  () => {
    const samples = [
      featureSample(1, 50, 8, 2).rows,
      featureSample(2, 30, 200, 2).rows,
      featureSample(3, 9, 9, 2).rows,
    ];
    for (const rows of samples) for (const row of rows) row[2] = 0.1;
    const expected = pythonJson<Reference[]>(SKLEARN, { input: JSON.stringify(samples) });
    for (const [i, rows] of samples.entries()) {
      const reference = expected[i] as Reference;
      const features = matrixFrom(rows);
      const scaler = fitStandardScaler(features).value;
      const pca = fitPca(features, 4).value;
      if (scaler === null || pca === null) throw new Error('not fitted');
      expect(worstDifference(scaler.mean, reference.mean)).toBeLessThan(1e-12);
      expect(worstDifference(scaler.scale, reference.scale)).toBeLessThan(1e-12);
      expect(scaler.scale[2]).toBe(1);
      expect(worstDifference(standardise(scaler, features).data, reference.scaled)).toBeLessThan(1e-11);
      expect(worstDifference(pca.components.data, reference.components)).toBeLessThan(1e-9);
      expect(worstDifference(pca.explainedVariance, reference.variance)).toBeLessThan(1e-9);
      expect(worstDifference(pca.explainedVarianceRatio, reference.ratio)).toBeLessThan(1e-12);
      expect(worstDifference(pcaTransform(pca, features).data, reference.points)).toBeLessThan(1e-8);
    }
  },
);

/** Patients × features with a few strong directions, and noise as strong as the least of them. */
function manyPatients(patients: number, features: number): Matrix {
  const random = new Random(8, 'many');
  const directions = Array.from({ length: 6 }, () =>
    Float64Array.from({ length: features }, () => random.normal()),
  );
  const rows = Array.from({ length: patients }, () => {
    const places = directions.map((_, k) => random.normal() / 2 ** k);
    return Float64Array.from({ length: features }, (_, j) =>
      directions.reduce((sum, one, k) => sum + (one[j] ?? 0) * (places[k] ?? 0), random.normal() / 4),
    );
  });
  return matrixFrom(rows);
}

referenceTest(
  "the leading components of many patients are those of scikit-learn's whole decomposition",
  ['sklearn'],
  () => {
    const samples = [manyPatients(700, 520), manyPatients(510, 600)];
    const input = JSON.stringify(
      samples.map((one) => Array.from({ length: one.rows }, (_, i) => Array.from(rowOf(one, i)))),
    );
    const expected = pythonJson<Reference[]>(SKLEARN, { input });
    for (const [i, features] of samples.entries()) {
      const reference = expected[i] as Reference;
      const pca = fitPca(features, 4).value;
      if (pca === null) throw new Error('not fitted');
      expect(worstDifference(pca.components.data, reference.components)).toBeLessThan(1e-10);
      expect(worstDifference(pca.explainedVariance, reference.variance)).toBeLessThan(1e-10);
      expect(worstDifference(pca.explainedVarianceRatio, reference.ratio)).toBeLessThan(1e-12);
      expect(worstDifference(pcaTransform(pca, features).data, reference.points)).toBeLessThan(1e-9);
      expect(fitPca(features, 4)).toEqual({ value: pca });
    }
  },
);

test('leading components of few dimensions, of equal variances, and of nothing that varies', () => {
  const [rows, columns] = [600, 501];
  const flat = (fill: (i: number, j: number) => number): Matrix => ({
    rows,
    columns,
    data: Float64Array.from({ length: rows * columns }, (_, at) =>
      fill(Math.floor(at / columns), at % columns),
    ),
  });
  // Two directions of equal variance, and no other: any two of their plane are right, a third does not vary.
  const plane = fitPca(
    flat((i, j) => (j === 3 ? Math.sqrt(2) * Math.cos(i) : j === 7 ? Math.sqrt(2) * Math.sin(i) : 1)),
    3,
  ).value;
  const [first = 0, second = 0, third = 1] = plane?.explainedVarianceRatio ?? [];
  expect(first + second).toBeCloseTo(1, 12);
  expect(second).toBeCloseTo(0.5, 2);
  expect(third).toBeLessThan(1e-15);
  // More are asked for than there are dimensions.
  const line = fitPca(
    flat((i) => i),
    20,
  ).value;
  expect(line?.explainedVarianceRatio[0]).toBeCloseTo(1, 12);
  expect(line?.components.data.every(Number.isFinite)).toBe(true);
  expect(line?.explainedVariance).toHaveLength(20);
  expect(
    fitPca(
      flat(() => 5),
      2,
    ),
  ).toMatchObject({ reason: { text: 'the features do not vary' } });
});

test('too few patients or nothing that varies is null', () => {
  expect(fitPca(matrixFrom([[1, 2]]), 1).value).toBeNull();
  expect(
    fitPca(
      matrixFrom([
        [1, 2],
        [1, 2],
        [1, 2],
      ]),
      1,
    ),
  ).toMatchObject({ reason: { text: 'the features do not vary' } });
  expect(fitStandardScaler(matrixFrom([], 3)).value).toBeNull();
});

test('features of another width are refused', () => {
  const scaler = fitStandardScaler(
    matrixFrom([
      [1, 2],
      [3, 4],
    ]),
  ).value;
  if (scaler === null) throw new Error('not fitted');
  expect(() => standardise(scaler, matrixFrom([[1]]))).toThrow('1 columns, the scaler was fitted on 2');
});
