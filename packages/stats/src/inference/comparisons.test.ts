import { pythonJson, referenceTest, rJson, rTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { BINARY_SAMPLES, worstDifference } from '../core/samples.test.data.ts';
import { proportion } from '../discrimination/proportion.ts';
import { mcnemar } from './mcnemar.ts';
import { integratedDiscrimination, netReclassification } from './reclassification.ts';

const COUNTS: [number, number][] = [
  [0, 7],
  [7, 7],
  [1, 1],
  [3, 20],
  [19, 20],
  [150, 400],
];

const INTERVALS = `
import json, sys
from statsmodels.stats.proportion import proportion_confint as ci
print(json.dumps([[ci(k, n, method=m) for m in ('beta', 'wilson')] for k, n in json.load(sys.stdin)]))
`;

referenceTest('proportion intervals equal statsmodels', ['statsmodels'], () => {
  const expected = pythonJson<[number, number][][]>(INTERVALS, { input: JSON.stringify(COUNTS) });
  for (const [i, [k, n]] of COUNTS.entries()) {
    for (const [m, method] of (['clopper-pearson', 'wilson'] as const).entries()) {
      const own = proportion(k, n, { method });
      if (own.value === null) throw new Error(own.reason.text);
      expect(own.lower).toBeCloseTo(expected[i]?.[m]?.[0] ?? Number.NaN, 10);
      expect(own.upper).toBeCloseTo(expected[i]?.[m]?.[1] ?? Number.NaN, 10);
    }
  }
  expect(proportion(0, 0, { empty: 'no-positive-patients' })).toMatchObject({
    value: null,
    reason: { text: 'no positive patients' },
  });
});

const MCNEMAR = `
samples <- jsonlite::fromJSON(file("stdin"), simplifyDataFrame = FALSE)
out <- lapply(samples, function(s) {
  a <- factor((s$first >= 0.5) == s$labels, c(FALSE, TRUE)); b <- factor((s$second >= 0.5) == s$labels, c(FALSE, TRUE))
  t <- table(a, b)
  binom.test(t[1, 2], t[1, 2] + t[2, 1])$p.value
})
cat(jsonlite::toJSON(out, digits = NA, auto_unbox = TRUE))
`;

rTest("McNemar equals R's binom.test", ['stats', 'jsonlite'], () => {
  const expected = rJson<number[]>(MCNEMAR, { input: JSON.stringify(BINARY_SAMPLES) });
  for (const [i, { labels, first, second }] of BINARY_SAMPLES.entries()) {
    const predict = (p: number[]): number[] => p.map((value) => (value >= 0.5 ? 1 : 0));
    const own = mcnemar(labels, predict(first), predict(second));
    expect(own.value).toBeCloseTo(expected[i] ?? Number.NaN, 9);
  }
  expect(mcnemar([0, 1], [0, 1], [0, 1])).toMatchObject({ value: null });
});

// The formulas of Hmisc's improveProb, written out.
const RECLASSIFICATION = `
import json, sys
import numpy as np
from scipy.stats import norm
def parts(y, d, ddof):
    e, n = d[y == 1], d[y == 0]
    value = e.mean() - n.mean()
    se = np.sqrt(e.var(ddof=ddof) / len(e) + n.var(ddof=ddof) / len(n))
    return [value, value - norm.ppf(0.975) * se, value + norm.ppf(0.975) * se]
def nri(y, d):
    e, n = y == 1, y == 0
    up = lambda m: (d[m] > 0).sum(); down = lambda m: (d[m] < 0).sum()
    value = (up(e) - down(e)) / e.sum() + (down(n) - up(n)) / n.sum()
    var = lambda m: (up(m) + down(m)) / m.sum() ** 2 - (up(m) - down(m)) ** 2 / m.sum() ** 3
    se = np.sqrt(var(e) + var(n))
    return [value, value - norm.ppf(0.975) * se, value + norm.ppf(0.975) * se]
out = []
for s in json.load(sys.stdin):
    y, a, b = (np.array(s[k]) for k in ('labels', 'first', 'second'))
    out.append([nri(y, b - a), parts(y, b - a, 1)])
print(json.dumps(out))
`;

referenceTest('NRI and IDI equal their published formulas', ['numpy', 'scipy'], () => {
  const expected = pythonJson<number[][][]>(RECLASSIFICATION, { input: JSON.stringify(BINARY_SAMPLES) });
  for (const [i, { labels, first, second }] of BINARY_SAMPLES.entries()) {
    const own = [netReclassification(labels, first, second), integratedDiscrimination(labels, first, second)];
    for (const [k, index] of own.entries()) {
      if (index.value === null) throw new Error(index.reason.text);
      const limits = [index.value, index.lower ?? Number.NaN, index.upper ?? Number.NaN];
      expect(worstDifference(limits, expected[i]?.[k] ?? [])).toBeLessThan(1e-10);
    }
  }
});

test('models that agree, or one class, have no reclassification', () => {
  expect(netReclassification([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], [0.1, 0.2, 0.8, 0.9]).value).toBeNull();
  expect(integratedDiscrimination([1, 1], [0.1, 0.2], [0.3, 0.4]).value).toBeNull();
});
