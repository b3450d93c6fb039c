import type { EvaluationCurves } from '@radweave/artifacts';
import {
  calibrationCurve,
  decisionCurve,
  proportion,
  type RocBand,
  rocBand,
  rocCurve,
  sensitivityAt,
} from '@radweave/stats';
import type { BinaryView, Group, StatOptions } from './group.ts';

/** Threshold probabilities of the decision curve: 0.01 to 0.99. */
const THRESHOLDS = Float64Array.from({ length: 99 }, (_, i) => (i + 1) / 100);

/** The curves of one class against the rest, ready to be drawn; what these patients do not allow is empty. */
export function curvesOf(group: Group, view: BinaryView, options: StatOptions): EvaluationCurves {
  const { labels, probabilities } = view;
  const { model, split, hospital } = group;
  const { method, level } = options;
  const bins = calibrationCurve(labels, probabilities).value ?? [];
  const benefit = decisionCurve(labels, probabilities, THRESHOLDS).value ?? [];
  return {
    model,
    split,
    hospital,
    positive_label: view.positiveLabel,
    roc: rocOf(view, group.strata, options),
    calibration: bins.map(({ n, predicted, observed }) => {
      const share = proportion(Math.round(observed * n), n, { method, level });
      const { lower = 0, upper = 1 } = share.value === null ? {} : share;
      return { predicted, observed, lower, upper, n };
    }),
    net_benefit: benefit.map(({ threshold, model: own, treatAll }) => ({
      threshold,
      model: own,
      treat_all: treatAll,
    })),
  };
}

/** The corners of the empirical curve and the grid of the band together, so that both are drawn exactly. */
function rocOf(
  { labels, scores }: BinaryView,
  strata: Int32Array,
  options: StatOptions,
): EvaluationCurves['roc'] {
  const curve = rocCurve(labels, scores).value;
  if (curve === null) return null;
  const { seed, replicates, level } = options;
  const band = rocBand(labels, scores, { seed, replicates, level, strata }).value;
  const corners = Array.from(curve.falsePositiveRate, (x, i) => ({ x, y: curve.truePositiveRate[i] ?? 0 }));
  const grid = Array.from(band?.falsePositiveRate ?? [], (x) => ({ x, y: sensitivityAt(curve, x) }));
  const seen = new Set(corners.map(({ x }) => x));
  const points = [...corners, ...grid.filter(({ x }) => !seen.has(x))].sort((a, b) => a.x - b.x || a.y - b.y);
  const limit = (values: (band: RocBand) => Float64Array): number[] | null =>
    band === null ? null : points.map(({ x }) => interpolated(values(band), x));
  return {
    fpr: points.map(({ x }) => x),
    tpr: points.map(({ y }) => y),
    lower: limit(({ lower }) => lower),
    upper: limit(({ upper }) => upper),
  };
}

/** The value at `x` of a curve on an even grid from 0 to 1. */
function interpolated(values: Float64Array, x: number): number {
  const place = x * (values.length - 1);
  const left = Math.floor(place);
  const from = values[left] ?? 0;
  const to = values[left + 1] ?? from;
  return from + (place - left) * (to - from);
}
