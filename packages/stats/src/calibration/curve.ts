import { checkProbabilities, checkScored, type Numbers } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { absent, type Estimate, type Outcome } from '../core/estimate.ts';
import { checkMatrix, type Matrix } from '../core/matrix.ts';

/** Bins of equal width on 0–1. */
const BINS = 10;

/** The edges between them, ascending. */
const EDGES = Array.from({ length: BINS - 1 }, (_, i) => (i + 1) / BINS);

/** One bin of a calibration curve; empty bins are left out. */
export interface CalibrationBin {
  readonly n: number;
  /** Mean predicted probability. */
  readonly predicted: number;
  /** Share of positive patients. */
  readonly observed: number;
}

/**
 * The calibration curve as scikit-learn's `calibration_curve`: a probability on an edge belongs to the lower bin,
 * and equal probabilities are never parted.
 */
export function calibrationCurve(labels: Numbers, probabilities: Numbers): Outcome<CalibrationBin[]> {
  checkScored(labels, probabilities);
  checkProbabilities('probabilities', probabilities);
  if (labels.length === 0) return absent('no-patients-for', { what: 'calibration' });
  const sums = Array.from({ length: BINS }, () => ({ n: 0, predicted: 0, positives: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const p = probabilities[i] as number;
    const bin = sums[binOf(p)];
    if (bin === undefined) continue;
    bin.n++;
    bin.predicted += p;
    bin.positives += labels[i] as number;
  }
  const filled = sums.filter(({ n }) => n > 0);
  return {
    value: filled.map(({ n, predicted, positives }) => ({
      n,
      predicted: predicted / n,
      observed: positives / n,
    })),
  };
}

/** Edges belong to the lower bin. */
function binOf(probability: number): number {
  return EDGES.filter((edge) => edge < probability).length;
}

/**
 * Expected calibration error of chosen patients, for resampling: a bin's share of patients times
 * |observed − predicted| is the sum of label − probability in it, over all patients.
 */
export function calibrationErrorOf(
  labels: Numbers,
  probabilities: Numbers,
): (patients: Uint32Array) => number {
  const bins = Uint8Array.from(probabilities, binOf);
  const gaps = Float64Array.from(labels, (label, i) => label - (probabilities[i] as number));
  const sums = new Float64Array(BINS);
  return (patients) => {
    sums.fill(0);
    for (const patient of patients) {
      const bin = bins[patient] as number;
      sums[bin] = (sums[bin] as number) + (gaps[patient] as number);
    }
    return sums.reduce((total, sum) => total + Math.abs(sum), 0) / patients.length;
  };
}

/**
 * Expected calibration error (Naeini et al. 2015) of the probability of the positive class: the mean of
 * |observed − predicted| over bins, weighted by their patients.
 */
export function expectedCalibrationError(labels: Numbers, probabilities: Numbers): Estimate {
  const curve = calibrationCurve(labels, probabilities);
  if (curve.value === null) return curve;
  const total = curve.value.reduce((sum, bin) => sum + bin.n * Math.abs(bin.observed - bin.predicted), 0);
  return { value: total / labels.length, n: labels.length };
}

/** The Brier score: mean squared difference of probability and outcome (Brier 1950), binary form. */
export function brierScore(labels: Numbers, probabilities: Numbers): Estimate {
  checkScored(labels, probabilities);
  checkProbabilities('probabilities', probabilities);
  if (labels.length === 0) return absent('no-patients-for', { what: 'the Brier score' });
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += ((labels[i] as number) - (probabilities[i] as number)) ** 2;
  return { value: sum / labels.length, n: labels.length };
}

/** Brier's original score for K classes: squared differences summed over classes (0 to 2). */
export function brierScoreMulticlass(labels: Numbers, probabilities: Matrix): Estimate {
  checkMatrix('probabilities', probabilities);
  const { rows, columns, data } = probabilities;
  if (labels.length !== rows)
    throw new StatsInputError(`${labels.length} labels for ${rows} rows of probabilities`);
  if (rows === 0) return absent('no-patients-for', { what: 'the Brier score' });
  const sum = data.reduce((total, p, i) => {
    const outcome = labels[Math.floor(i / columns)] === i % columns ? 1 : 0;
    return total + (outcome - p) ** 2;
  }, 0);
  return { value: sum / rows, n: rows };
}
