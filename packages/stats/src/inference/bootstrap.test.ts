import { rJson, rTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { expectedCalibrationError } from '../calibration/curve.ts';
import type { Numbers } from '../core/checks.ts';
import { BINARY_SAMPLES } from '../core/samples.test.data.ts';
import { bootstrap } from './bootstrap.ts';
import { bootstrapBinary } from './bootstrap-binary.ts';

const PROC = `
suppressMessages(library(pROC))
samples <- jsonlite::fromJSON(file("stdin"), simplifyDataFrame = FALSE)
set.seed(1)
out <- lapply(samples, function(s) {
  r <- roc(s$labels, s$first, levels = c(0, 1), direction = "<")
  f1 <- replicate(2000, {
    i <- unlist(lapply(split(seq_along(s$labels), s$labels), function(g) g[sample.int(length(g), replace = TRUE)]))
    y <- s$labels[i]; h <- s$first[i] >= 0.5
    2 * sum(y & h) / (2 * sum(y & h) + sum(h & !y) + sum(y & !h))
  })
  list(auc = as.numeric(ci.auc(r, method = "bootstrap", boot.n = 4000, progress = "none"))[c(1, 3)],
       f1 = sort(f1))
})
cat(jsonlite::toJSON(out, digits = NA, auto_unbox = TRUE))
`;

/** Four standard errors of a 2.5 % tail share, when 2,000 resamples here are compared with 2,000 there. */
const TAIL_ERROR = 4 * Math.sqrt((0.025 * 0.975) / 1000);
/** The same in interval widths: the share over the normal density at 1.96, over 2 × 1.96. */
const WIDTH_ERROR = TAIL_ERROR / 0.0584 / 3.92;

rTest('AUC and F1 intervals agree with R within Monte-Carlo error', ['pROC', 'jsonlite'], () => {
  const samples = [0, 2, 4].flatMap((i) => BINARY_SAMPLES[i] ?? []);
  const expected = rJson<{ auc: number[]; f1: number[] }[]>(PROC, { input: JSON.stringify(samples) });
  for (const [i, { labels, first }] of samples.entries()) {
    const { auc, f1 } = bootstrapBinary(labels, first, 0.5, { seed: 1 });
    if (auc.value === null || f1.value === null) throw new Error('no interval');
    const [lower = Number.NaN, upper = Number.NaN] = expected[i]?.auc ?? [];
    expect(Math.abs(auc.value.lower - lower)).toBeLessThan(WIDTH_ERROR * (upper - lower));
    expect(Math.abs(auc.value.upper - upper)).toBeLessThan(WIDTH_ERROR * (upper - lower));
    // F1 has few possible values in a small sample, so the share of R's resamples beyond our limits is compared.
    const draws = expected[i]?.f1 ?? [];
    const share = (inside: (value: number) => boolean): number => draws.filter(inside).length / draws.length;
    const { lower: low, upper: high } = f1.value;
    expect(share((value) => value < low - 1e-9)).toBeLessThan(0.025 + TAIL_ERROR);
    expect(share((value) => value <= low + 1e-9)).toBeGreaterThan(0.025 - TAIL_ERROR);
    expect(share((value) => value > high + 1e-9)).toBeLessThan(0.025 + TAIL_ERROR);
    expect(share((value) => value >= high - 1e-9)).toBeGreaterThan(0.025 - TAIL_ERROR);
  }
});

test('the interval of the calibration error is that of the error computed again in every resample', () => {
  for (const { labels, first } of BINARY_SAMPLES.slice(0, 3)) {
    const strata = Array.from(labels, (_, i) => i % 2);
    const options = { seed: 5, replicates: 200 };
    const own = bootstrapBinary(labels, first, 0.5, { ...options, strata }).ece;
    const direct = bootstrap(
      Array.from(labels, (label, i) => label + 2 * (strata[i] ?? 0)),
      ['ece'],
      (patients) => {
        const pick = (values: Numbers): number[] => Array.from(patients, (i) => values[i] ?? Number.NaN);
        return { ece: expectedCalibrationError(pick(labels), pick(first)).value };
      },
      options,
    ).ece;
    expect(own.value?.lower).toBeCloseTo(direct.value?.lower ?? Number.NaN, 12);
    expect(own.value?.upper).toBeCloseTo(direct.value?.upper ?? Number.NaN, 12);
    expect(own.value?.upper).toBeGreaterThan(own.value?.lower ?? Number.NaN);
  }
});

test('resamples keep the size of every stratum and repeat with the seed', () => {
  const strata = [0, 0, 0, 1, 1, 2];
  const counts: number[][] = [];
  const draw = (seed: number): unknown =>
    bootstrap(
      strata,
      ['mean'],
      (patients) => {
        counts.push([0, 1, 2].map((stratum) => patients.filter((i) => strata[i] === stratum).length));
        return { mean: patients.reduce((a, b) => a + b, 0) };
      },
      { seed, replicates: 50 },
    );
  expect(draw(3)).toEqual(draw(3));
  expect(draw(3)).not.toEqual(draw(4));
  for (const count of counts) expect(count).toEqual([3, 2, 1]);
});

test('degenerate resamples are left out, and too many of them give null', () => {
  let calls = 0;
  const result = bootstrap(
    [0, 0, 1, 1],
    ['rarely', 'often'],
    () => {
      calls++;
      return { rarely: calls % 20 === 0 ? null : 1, often: calls % 2 === 0 ? null : 1 };
    },
    { seed: 1, replicates: 100 },
  );
  expect(result.rarely.value).toEqual({ lower: 1, upper: 1 });
  expect(result.often).toMatchObject({
    value: null,
    reason: { text: 'the metric is defined in 50 of 100 bootstrap resamples only' },
  });
});

test('one class only gives null where both are needed', () => {
  const own = bootstrapBinary([1, 1, 1], [0.2, 0.6, 0.7], 0.5, { seed: 1, replicates: 20 });
  expect(own.auc.value).toBeNull();
  expect(own.specificity.value).toBeNull();
  expect(own.accuracy.value).not.toBeNull();
  expect(bootstrapBinary([], [], 0.5, { seed: 1 }).auc.value).toBeNull();
});
