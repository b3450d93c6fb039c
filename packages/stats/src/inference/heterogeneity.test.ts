import { pythonJson, referenceTest, rJson, rTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { BINARY_SAMPLES } from '../core/samples.test.data.ts';
import { againstChance, type Ranked, rankP, separationP } from './chance.ts';
import { aucOfGroups } from './heterogeneity.ts';

// The formulas of metafor's rma(method = "FE") and meta's metagen, on pROC's variances.
const REFERENCE = `
suppressMessages(library(pROC))
groups <- jsonlite::fromJSON(file("stdin"), simplifyDataFrame = FALSE)
roc1 <- function(g) roc(g$labels, g$scores, levels = c(0, 1), direction = "<")
y <- sapply(groups, function(g) as.numeric(auc(roc1(g))))
v <- sapply(groups, function(g) var(roc1(g)))
pairs <- sapply(groups, function(g) sum(g$labels) * sum(1 - g$labels))
w <- pairs / sum(pairs)
within <- sum(w * y); half <- qnorm(0.975) * sqrt(sum(w^2 * v))
q <- sum((y - weighted.mean(y, 1 / v))^2 / v); df <- length(y) - 1
cat(jsonlite::toJSON(list(within = within, lower = max(0, within - half), upper = min(1, within + half), q = q, df = df,
  p = pchisq(q, df, lower.tail = FALSE), i2 = max(0, (q - df) / q)), digits = NA, auto_unbox = TRUE))
`;

/** Two hospitals whose model is good, one where it is turned round. */
const GROUPS = BINARY_SAMPLES.map(({ labels, second }, i) => ({
  labels,
  scores: i === 1 ? second.map((p) => 1 - p) : second,
}));

rTest('AUC within hospitals, Q, p and I² equal R', ['pROC', 'jsonlite'], () => {
  for (const groups of [GROUPS, GROUPS.slice(2), GROUPS.slice(0, 2)]) {
    const theirs = rJson<Record<string, number>>(REFERENCE, { input: JSON.stringify(groups) });
    const { within, heterogeneity, used } = aucOfGroups(groups);
    if (within.value === null || heterogeneity.value === null) throw new Error('nothing computed');
    const { q, degreesOfFreedom: df, pValue: p, i2 } = heterogeneity.value;
    const { value, lower, upper } = within;
    for (const [name, own] of Object.entries({ within: value, lower, upper, q, df, p, i2 })) {
      expect(own, name).toBeCloseTo(theirs[name] ?? Number.NaN, 8);
    }
    expect(used).toHaveLength(groups.length);
  }
});

test('a hospital with one patient or one label is left out; a perfect one is averaged, not tested', () => {
  const perfect = { labels: [0, 0, 1, 1], scores: [0.1, 0.2, 0.8, 0.9] };
  const mixed = { labels: [0, 0, 1, 1], scores: [0.1, 0.8, 0.2, 0.9] };
  const { within, heterogeneity, used, unvarying } = aucOfGroups([
    { labels: [1], scores: [0.3] },
    perfect,
    { labels: [1, 1, 1], scores: [0.3, 0.4, 0.5] },
    mixed,
  ]);
  expect(used).toEqual([1, 3]);
  expect(unvarying).toEqual([1]);
  expect(within.value).toBeCloseTo((1 + 0.75) / 2, 12);
  expect(heterogeneity).toMatchObject({
    value: null,
    reason: { text: 'fewer than two hospitals have an AUC with a variance' },
  });
  expect(aucOfGroups([]).within.value).toBeNull();
  expect(aucOfGroups([mixed, mixed]).heterogeneity.value).toMatchObject({ q: 0, pValue: 1, i2: 0 });
});

test('complete separation by guessing has the exact p of the Mann–Whitney test', () => {
  // R: wilcox.test(1:4, 5:8, exact = TRUE)$p.value and wilcox.test(1:2, 3:15)$p.value.
  expect(separationP([4, 4])).toBeCloseTo(0.028571428571428571, 12);
  expect(separationP([2, 13])).toBeCloseTo(0.019047619047619049, 12);
  expect(separationP([0, 9])).toBe(1);
});

referenceTest('the p of the rank test is scipy’s, exact and approximate', ['scipy'], () => {
  const cases = [
    [3, 5, 12],
    [5, 5, 21],
    [9, 9, 20],
    [1, 49, 47],
    [30, 30, 603],
    [24, 21, 337],
    [60, 66, 2400],
    [100, 80, 4700],
  ];
  const theirs = pythonJson<number[]>(
    `
import json, sys
import numpy as np
from scipy.stats import mannwhitneyu
def p(m, n, wins):
    # One class without ties that wins so many pairs.
    x = np.arange(m) * 1.0
    rows = [min(n, max(0, wins - i * n)) for i in range(m)][::-1]
    x = np.array([r + 0.5 + (i + 1) / (10 * m) for i, r in enumerate(rows)])
    return float(mannwhitneyu(x, np.arange(1, n + 1), method='exact' if m * n <= 4000 else 'asymptotic').pvalue)
print(json.dumps([p(*c) for c in json.load(sys.stdin)]))`,
    { input: JSON.stringify(cases) },
  );
  cases.forEach(([m = 0, n = 0, wins = 0], i) => {
    expect(rankP(wins / (m * n), [n, m]), `${m} + ${n}`).toBeCloseTo(theirs[i] ?? Number.NaN, 10);
  });
  expect(rankP(0.8, [9, 9, 9])).toBeNull();
  expect(rankP(0.8, [0, 9])).toBeNull();
});

/** Patients of each class who have the highest probability of it. */
const separated = (counts: readonly number[]): Ranked[] =>
  counts.flatMap((count, label) =>
    Array.from({ length: count }, () => ({
      label,
      probabilities: counts.map((_, k) => (k === label ? 0.8 : 0.1)),
    })),
  );

test.each([
  [{ value: 0.8, lower: 0.51, upper: 1 }, [9, 9], 'better'],
  [{ value: 0.8, lower: 0.49, upper: 1 }, [9, 9], 'not better'],
  [{ value: 0.2, lower: 0, upper: 0.49 }, [9, 9], 'worse'],
  // One patient of a class: no interval. Perfect with 1 + 9: 2 orders of 10; with 1 + 49: 2 of 50, p = 0.04.
  [{ value: 0.8 }, [1, 9], 'too few'],
  [{ value: 0.8 }, [1, 49], 'unknown'],
  [{ value: 1 }, [1, 49], 'better'],
  [{ value: null }, [0, 9], 'unknown'],
  // Perfect with 3 + 3 patients: 2 orders of 20, p = 0.1; with 4 + 4: 2 of 70, p = 0.029.
  [{ value: 1, lower: 1, upper: 1 }, [3, 3], 'too few'],
  [{ value: 0.89, lower: 0.6, upper: 1 }, [3, 3], 'too few'],
  [{ value: 0.11, lower: 0, upper: 0.4 }, [3, 3], 'too few'],
  // 14 of 16 pairs: p = 0.114, whatever the interval; 15 of 16: 0.057.
  [{ value: 0.875, lower: 0.6, upper: 1 }, [4, 4], 'not better'],
  [{ value: 0.9375, lower: 0.7, upper: 1 }, [4, 4], 'not better'],
  [{ value: 0.84, lower: 0.57, upper: 1 }, [5, 5], 'not better'],
  [{ value: 0.16, lower: 0, upper: 0.43 }, [5, 5], 'not better'],
  [{ value: 0.84, lower: 0.57, upper: 1 }, [4, 4, 4], 'better'],
  [{ value: 1, lower: 1, upper: 1 }, [4, 4], 'better'],
  [{ value: 0, lower: 0, upper: 0 }, [4, 4], 'worse'],
  // All patients have one probability.
  [{ value: 0.5, lower: 0.5, upper: 0.5 }, [40, 40], 'not better'],
] as const)('%o of %o patients is %s', (area, counts, expected) => {
  expect(againstChance(area, separated(counts), counts.length, { level: 0.95, seed: 1 }).says).toBe(expected);
});
