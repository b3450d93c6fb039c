import { pythonJson, referenceTest, rJson, rTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { matrixFrom } from '../core/matrix.ts';
import { Random } from '../core/random.ts';
import { chiSquareTest, fisherExact } from './contingency.ts';
import { kruskalWallis } from './kruskal.ts';
import { standardizedDifference, standardizedDifferenceCategorical } from './standardized-difference.ts';

const TABLES = [
  [
    [3, 7],
    [8, 2],
  ],
  [
    [1, 0, 4, 9],
    [5, 2, 4, 1],
  ],
  [
    [12, 30, 22],
    [25, 18, 31],
  ],
  [
    [5, 0, 5],
    [5, 0, 5],
  ],
];

const R = `
tables <- jsonlite::fromJSON(file("stdin"), simplifyVector = FALSE)
out <- lapply(tables, function(t) {
  m <- do.call(rbind, lapply(t, unlist)); m <- m[, colSums(m) > 0]
  chi <- suppressWarnings(chisq.test(m, correct = FALSE))
  list(fisher = fisher.test(m)$p.value, p = chi$p.value, least = min(chi$expected))
})
cat(jsonlite::toJSON(out, digits = NA, auto_unbox = TRUE))
`;

rTest("chi-square and Fisher's exact test equal R", ['stats', 'jsonlite'], () => {
  const expected = rJson<Record<'fisher' | 'p' | 'least', number>[]>(R, {
    input: JSON.stringify(TABLES),
  });
  for (const [i, table] of TABLES.entries()) {
    const reference = expected[i];
    const chi = chiSquareTest(matrixFrom(table)).value;
    expect(fisherExact(matrixFrom(table)).value).toBeCloseTo(reference?.fisher ?? Number.NaN, 9);
    expect(chi?.pValue).toBeCloseTo(reference?.p ?? Number.NaN, 9);
    expect(chi?.leastExpected).toBeCloseTo(reference?.least ?? Number.NaN, 9);
  }
});

const SCIPY = `
import json, sys
import numpy as np
from scipy.stats import kruskal
s = json.load(sys.stdin)
out = [kruskal(*groups).pvalue for groups in s['groups']]
a, b = (np.array(v) for v in s['groups'][0][:2])
smd = (a.mean() - b.mean()) / np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
p, q = (np.array(v) / sum(v) for v in s['counts'])
cov = lambda v: np.diag(v[:-1]) - np.outer(v[:-1], v[:-1])
d = (p - q)[:-1]
print(json.dumps(dict(kruskal=out, smd=smd, categorical=float(np.sqrt(d @ np.linalg.inv((cov(p) + cov(q)) / 2) @ d)))))
`;

referenceTest('Kruskal–Wallis and standardized differences equal SciPy and NumPy', ['scipy'], () => {
  const random = new Random(3, 'groups');
  const draw = (n: number, shift: number, step: number): number[] =>
    Array.from({ length: n }, () => Math.round((random.normal() + shift) / step) * step);
  const groups = [
    [draw(20, 0, 0.01), draw(15, 0.8, 0.01), draw(9, 0, 0.01)],
    [draw(30, 0, 1), draw(25, 0.5, 1)],
  ];
  const counts = [
    [4, 10, 21],
    [12, 9, 7],
  ];
  const reference = pythonJson<{ kruskal: number[]; smd: number; categorical: number }>(SCIPY, {
    input: JSON.stringify({ groups, counts }),
  });
  for (const [i, group] of groups.entries()) {
    expect(kruskalWallis(group).value).toBeCloseTo(reference.kruskal[i] ?? Number.NaN, 9);
  }
  expect(standardizedDifference(groups[0]?.[0] ?? [], groups[0]?.[1] ?? []).value).toBeCloseTo(
    reference.smd,
    12,
  );
  expect(standardizedDifferenceCategorical(counts[0] ?? [], counts[1] ?? []).value).toBeCloseTo(
    reference.categorical,
    9,
  );
});

test('nothing to compare is null with the reason', () => {
  expect(
    chiSquareTest(
      matrixFrom([
        [3, 0],
        [4, 0],
      ]),
    ).value,
  ).toBeNull();
  expect(
    fisherExact(
      matrixFrom([
        [0, 0],
        [4, 1],
      ]),
    ).value,
  ).toBeNull();
  expect(kruskalWallis([[1, 2], []]).value).toBeNull();
  expect(kruskalWallis([[1, 1], [1]])).toMatchObject({ reason: { text: 'all values are equal' } });
  expect(standardizedDifference([1, 1], [1, 1]).value).toBeNull();
  expect(standardizedDifferenceCategorical([3, 0], [0, 2])).toMatchObject({
    reason: { text: expect.stringContaining('unbounded') },
  });
});
