import { rJson, rTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { BINARY_SAMPLES } from '../core/samples.test.data.ts';
import { delongAuc, delongCovariance, delongTest } from './delong.ts';
import { holm } from './holm.ts';
import { rocBand } from './roc-band.ts';

// pROC chooses the direction itself by default: "<" means controls score lower.
const PROC = `
suppressMessages(library(pROC))
samples <- jsonlite::fromJSON(file("stdin"), simplifyDataFrame = FALSE)
out <- lapply(samples, function(s) {
  a <- roc(s$labels, s$first, levels = c(0, 1), direction = "<")
  b <- roc(s$labels, s$second, levels = c(0, 1), direction = "<")
  t <- roc.test(a, b, method = "delong", paired = TRUE)
  list(auc = as.numeric(auc(a)), ci = as.numeric(ci.auc(a, method = "delong")), var = var(a), cov = cov(a, b),
       z = unname(t$statistic), p = t$p.value, limits = as.numeric(t$conf.int))
})
cat(jsonlite::toJSON(out, digits = NA, auto_unbox = TRUE))
`;

interface Reference {
  auc: number;
  ci: number[];
  var: number;
  cov: number;
  z: number;
  p: number;
  limits: number[];
}

rTest('DeLong interval, covariance and paired test equal pROC', ['pROC', 'jsonlite'], () => {
  const expected = rJson<Reference[]>(PROC, { input: JSON.stringify(BINARY_SAMPLES) });
  for (const [i, { labels, first, second }] of BINARY_SAMPLES.entries()) {
    const reference = expected[i] as Reference;
    const own = delongAuc(labels, first, 0.95);
    if (own.value === null) throw new Error(own.reason.text);
    expect(own.value).toBeCloseTo(reference.auc, 9);
    expect(own.lower).toBeCloseTo(reference.ci[0] ?? Number.NaN, 9);
    expect(own.upper).toBeCloseTo(reference.ci[2] ?? Number.NaN, 9);
    const covariance = delongCovariance(labels, [first, second]).value;
    expect(covariance?.[0]?.[0]).toBeCloseTo(reference.var, 9);
    expect(covariance?.[0]?.[1]).toBeCloseTo(reference.cov, 9);
    const test = delongTest(labels, first, second).value;
    expect(test?.z).toBeCloseTo(reference.z, 8);
    expect(test?.pValue).toBeCloseTo(reference.p, 9);
    expect(test?.lower).toBeCloseTo(reference.limits[0] ?? Number.NaN, 8);
    expect(test?.upper).toBeCloseTo(reference.limits[1] ?? Number.NaN, 8);
  }
});

const BAND = `
suppressMessages(library(pROC))
s <- jsonlite::fromJSON(file("stdin"))
set.seed(1)
r <- roc(s$labels, s$first, levels = c(0, 1), direction = "<")
band <- ci.se(r, specificities = c(0.9, 0.7, 0.5, 0.2), boot.n = 4000, progress = "none")
cat(jsonlite::toJSON(unname(unclass(band)[, c(1, 3)]), digits = NA))
`;

rTest('the ROC band agrees with pROC within Monte-Carlo error', ['pROC', 'jsonlite'], () => {
  const sample = BINARY_SAMPLES[4];
  if (sample === undefined) throw new Error('no sample');
  const reference = rJson<[number, number][]>(BAND, { input: JSON.stringify(sample) });
  const band = rocBand(sample.labels, sample.first, { seed: 1, points: 11 }).value;
  for (const [k, at] of [1, 3, 5, 8].entries()) {
    expect(Math.abs((band?.lower[at] ?? Number.NaN) - (reference[k]?.[0] ?? 0))).toBeLessThan(0.02);
    expect(Math.abs((band?.upper[at] ?? Number.NaN) - (reference[k]?.[1] ?? 0))).toBeLessThan(0.02);
  }
});

test.each([
  [[0.1, 0.2, 0.8, 0.9], 1, 'the AUC is exactly 1, so no interval can be computed'],
  [[0.8, 0.9, 0.1, 0.2], 0, 'the AUC is exactly 0, so no interval can be computed'],
  [[0.3, 0.3, 0.3, 0.3], 0.5, 'all patients have the same rank, so no interval can be computed'],
])('scores %j have an interval of zero width and the note says why', (scores, value, note) => {
  expect(delongAuc([0, 0, 1, 1], scores, 0.95)).toMatchObject({
    value,
    lower: value,
    upper: value,
    note: { text: note },
  });
});

test('too few patients of a class, or equal rankings, are null', () => {
  expect(delongAuc([0, 0, 1], [0.1, 0.2, 0.8], 0.95)).toMatchObject({
    value: null,
    reason: { text: expect.stringContaining('at least 2') },
  });
  expect(delongTest([0, 0, 1, 1], [1, 3, 2, 4], [10, 30, 20, 40])).toMatchObject({
    value: null,
    reason: { text: expect.stringContaining('identically') },
  });
  // One orders the labels rightly, the other the wrong way round: neither AUC varies.
  expect(delongTest([0, 0, 1, 1], [1, 2, 3, 4], [4, 3, 2, 1])).toMatchObject({
    value: null,
    reason: {
      text: expect.stringMatching(/^the difference has no variance: .* or each has an AUC of 0 or 1/),
    },
  });
  expect(rocBand([0, 0], [0.1, 0.2], { seed: 1 }).value).toBeNull();
  expect(() => delongTest([0, 1], [0, 1], [0])).toThrow('first has 2, second has 1');
});

rTest('Holm equals p.adjust, and missing comparisons do not count', ['stats', 'jsonlite'], () => {
  const p = [0.01, 0.04, 0.03, 0.005, 0.9, 0.04];
  const source = `cat(jsonlite::toJSON(p.adjust(c(${p.join(',')}), "holm"), digits = NA))`;
  const expected = rJson<number[]>(source);
  for (const [i, value] of holm(p).entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 12);
  expect(holm([0.01, null, 0.02])).toEqual([0.02, null, 0.02]);
});
