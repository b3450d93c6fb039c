import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { matrixFrom } from '../core/matrix.ts';
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
  ).toMatchObject({ reason: 'the features do not vary' });
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
