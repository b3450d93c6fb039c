import { expect, test } from 'vitest';
import { Random } from '../core/random.ts';
import { bootstrap } from '../inference/bootstrap.ts';
import { bootstrapBinary } from '../inference/bootstrap-binary.ts';
import { auc, aucOfCuts } from './auc.ts';
import { averagePrecision, averagePrecisionOfCuts } from './average-precision.ts';
import { confusionAt, confusionMetrics } from './confusion.ts';
import { RankedScores } from './ranked-scores.ts';
import { rocCurve, rocOfCuts } from './roc.ts';

const cohort = (n: number, ties: number): { labels: Uint8Array; scores: Float64Array; random: Random } => {
  const random = new Random(n, 'ranked-scores');
  const labels = Uint8Array.from({ length: n }, () => (random.below(3) === 0 ? 1 : 0));
  const scores = Float64Array.from(labels, (label) => {
    const score = 0.4 * label + random.uniform();
    return ties === 0 ? score : Math.round(score * ties) / ties;
  });
  return { labels, scores, random };
};

test.each([
  [1, 0],
  [3, 1],
  [40, 0],
  [40, 7],
  [300, 25],
])('of %i patients (ties %i), counting resamples gives what sorting them gives, bit for bit', (n, ties) => {
  const { labels, scores, random } = cohort(n, ties);
  const ranked = new RankedScores(labels, scores);
  for (let resample = 0; resample < 50; resample++) {
    const patients = Uint32Array.from(labels, () => random.below(n));
    const y = Uint8Array.from(patients, (i) => labels[i] ?? 0);
    const p = Float64Array.from(patients, (i) => scores[i] ?? 0);
    const cuts = ranked.cutPoints(patients);
    const curve = rocCurve(y, p).value;
    expect(aucOfCuts(cuts)).toBe(auc(y, p).value);
    if (curve === null) continue;
    expect(averagePrecisionOfCuts(cuts)).toBe(averagePrecision(y, p).value);
    expect(rocOfCuts(cuts)).toEqual(curve);
  }
});

test('decisions and probabilities of their own are resampled with the same patients', () => {
  const { labels, scores } = cohort(60, 9);
  const predicted = scores.map((score) => (score > 0.9 ? 1 : 0));
  const probabilities = scores.map((score) => score / 2);
  const strata = labels.map((_, i) => i % 3);
  const options = { seed: 4, replicates: 200 };
  const direct = bootstrap(
    labels.map((label, i) => label + 2 * (strata[i] ?? 0)),
    ['auc', 'balancedAccuracy', 'ppv', 'f1', 'brier'],
    (patients) => {
      const take = (values: ArrayLike<number>): Float64Array =>
        Float64Array.from(patients, (i) => values[i] ?? Number.NaN);
      const y = take(labels);
      const { balancedAccuracy, ppv, f1 } = confusionMetrics(confusionAt(y, take(predicted), 0.5));
      const p = take(probabilities);
      const brier = y.reduce((sum, label, i) => sum + (label - (p[i] ?? 0)) ** 2, 0) / y.length;
      const ranking = auc(y, take(scores)).value;
      return { auc: ranking, balancedAccuracy: balancedAccuracy.value, ppv: ppv.value, f1: f1.value, brier };
    },
    options,
  );
  const counted = bootstrapBinary(labels, scores, 0.5, { ...options, strata, predicted, probabilities });
  expect(counted).toMatchObject(direct);
  expect(counted.f1).not.toEqual(bootstrapBinary(labels, scores, 0.5, { ...options, strata }).f1);
});
