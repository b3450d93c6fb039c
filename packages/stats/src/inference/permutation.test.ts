import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { Random } from '../core/random.ts';
import { againstChance } from './chance.ts';
import { macroPermutationP } from './permutation.ts';

/** Patients of these classes; the larger `signal`, the more their own class stands out. Two decimals make ties. */
function patientsOf(counts: readonly number[], signal: number, seed: number) {
  const random = new Random(seed, 'patients');
  return counts.flatMap((count, label) =>
    Array.from({ length: count }, () => ({
      label,
      probabilities: counts.map((_, k) => Number((random.uniform() + (k === label ? signal : 0)).toFixed(2))),
    })),
  );
}

const p = (patients: ReturnType<typeof patientsOf>, limit = 0.05): number =>
  macroPermutationP(
    patients.map(({ label }) => label),
    (patients[0]?.probabilities ?? []).map((_, k) => patients.map((one) => one.probabilities[k] ?? 0)),
    { limit, seed: 1 },
  );

referenceTest(
  'p of a macro AUC is that of all orders of the labels, of scikit-learn’s AUC',
  ['sklearn'],
  () => {
    const cases = [
      patientsOf([3, 2, 2], 0.3, 1),
      patientsOf([3, 2, 3], 0.5, 2),
      patientsOf([2, 2, 2, 1], -0.4, 3),
      patientsOf([4, 3, 1], 0, 4),
    ];
    const theirs = pythonJson<{ p: number }[]>(
      `
import json, sys
from itertools import permutations
import numpy as np
from sklearn.metrics import roc_auc_score
def macro(labels, scores):
    return np.mean([roc_auc_score(labels == k, scores[:, k]) for k in range(scores.shape[1])])
def exact(patients):
    labels = tuple(one['label'] for one in patients)
    scores = np.array([one['probabilities'] for one in patients])
    far = [abs(macro(np.array(o), scores) - 0.5) for o in set(permutations(labels))]
    return {'p': float(np.mean(np.array(far) >= abs(macro(np.array(labels), scores) - 0.5) - 1e-9))}
print(json.dumps([exact(one) for one in json.load(sys.stdin)]))`,
      { input: JSON.stringify(cases) },
    );
    cases.forEach((patients, i) => {
      const exact = theirs[i]?.p ?? Number.NaN;
      // Four standard errors of the 20,000 orders that a level of 0.99 asks for, or of 200 orders as far.
      const error = exact * Math.sqrt((1 - exact) / Math.min(200, 20_000 * exact));
      expect(Math.abs(p(patients, 0.01) - exact), `${exact}`).toBeLessThan(4 * error);
    });
  },
);

test('an interval of a macro AUC alone is not enough, and the same seed gives the same p', () => {
  const options = { level: 0.95, seed: 1 };
  const below = { value: 0.28, lower: 0.07, upper: 0.49 };
  const few = patientsOf([5, 3, 2], -0.2, 6);
  const { says, rank } = againstChance(below, few, 3, options);
  expect([says, rank]).toEqual(['not better', p(few)]);
  expect(rank).toBeGreaterThan(0.05);
  expect(againstChance(below, patientsOf([50, 30, 20], -0.2, 6), 3, options).says).toBe('worse');
  const above = { value: 0.8, lower: 0.6, upper: 0.95 };
  expect(againstChance(above, patientsOf([50, 30, 20], 0.2, 5), 3, options).says).toBe('better');
  // Where the interval holds 0.5, nothing is counted.
  expect(againstChance({ ...below, upper: 0.51 }, few, 3, options)).toMatchObject({
    says: 'not better',
    rank: null,
  });
});
