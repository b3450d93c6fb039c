import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect } from 'vitest';
import { betaQuantile, binomialCdf, incompleteBeta } from './beta.ts';
import { logGamma, upperGamma } from './gamma.ts';
import { normalQuantile, twoSidedP } from './normal.ts';

const SCIPY = `
import json, sys
from scipy import special, stats
q = json.load(sys.stdin)
print(json.dumps(dict(
    gammaln=[special.gammaln(x) for x in q['x']], upper=[special.gammaincc(a, x) for a, x in q['gamma']],
    beta=[special.betainc(a, b, x) for a, b, x in q['beta']], quantile=[special.betaincinv(a, b, p) for a, b, p in q['beta']],
    ppf=[stats.norm.ppf(p) for p in q['p']], two=[2 * stats.norm.sf(abs(z)) for z in q['z']],
    binom=[stats.binom.cdf(k, n, p) for k, n, p in q['binom']])))
`;

const x = [0.1, 0.5, 1, 1.5, 2, 7.3, 50, 333.3, 2000];
const gamma = x.flatMap((a) => [0.01, 0.5, 1, 3, 8, 60, 300].map((b): [number, number] => [a, b]));
const sides = [0.5, 1, 2, 5.5, 40, 400];
const beta = sides.flatMap((a) =>
  sides.flatMap((b) =>
    [1e-6, 0.025, 0.3, 0.5, 0.975, 0.9999].map((v): [number, number, number] => [a, b, v]),
  ),
);
const p = [1e-12, 1e-5, 0.01, 0.025, 0.2, 0.5, 0.7, 0.975, 0.99999];
const z = [-6, -1.96, -0.3, 0, 0.001, 1, 2.5758, 9, 20];
const binom: [number, number, number][] = [
  [0, 5, 0.5],
  [3, 10, 0.5],
  [40, 100, 0.5],
  [9, 10, 0.2],
  [200, 900, 0.25],
];

/** The largest relative error. */
function error(actual: readonly number[], expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(
    ...actual.map((a, i) => Math.abs(a - (expected[i] ?? Number.NaN)) / (Math.abs(expected[i] ?? 0) || 1)),
  );
}

referenceTest('special functions equal SciPy', ['scipy'], () => {
  const input = JSON.stringify({ x, gamma, beta, p, z, binom });
  const reference = pythonJson<Record<string, number[]>>(SCIPY, { input });
  const of = (name: string): number[] => reference[name] ?? [];
  expect(error(x.map(logGamma), of('gammaln'))).toBeLessThan(1e-12);
  expect(
    error(
      gamma.map(([a, b]) => upperGamma(a, b)),
      of('upper'),
    ),
  ).toBeLessThan(1e-9);
  expect(
    error(
      beta.map(([a, b, v]) => incompleteBeta(a, b, v)),
      of('beta'),
    ),
  ).toBeLessThan(1e-9);
  expect(
    error(
      beta.map(([a, b, v]) => betaQuantile(a, b, v)),
      of('quantile'),
    ),
  ).toBeLessThan(1e-9);
  expect(error(p.map(normalQuantile), of('ppf'))).toBeLessThan(1e-12);
  expect(error(z.map(twoSidedP), of('two'))).toBeLessThan(1e-11);
  expect(
    error(
      binom.map(([k, n, v]) => binomialCdf(k, n, v)),
      of('binom'),
    ),
  ).toBeLessThan(1e-10);
});
