import type { EvaluationCurves } from '@radweave/artifacts';
import type { Spec } from './figure.ts';
import { COLOURS } from './style.ts';

export interface CalibrationWords {
  predictedProbability: string;
  observedShare: string;
}

/** Observed shares with intervals against predicted probabilities. */
export function calibrationChart(points: EvaluationCurves['calibration'], words: CalibrationWords): Spec {
  const scale = { domain: [0, 1], nice: false };
  const x = { field: 'predicted', type: 'quantitative', title: words.predictedProbability, scale } as const;
  const y = { type: 'quantitative', title: words.observedShare, scale } as const;
  const colour = COLOURS[0] ?? '#000000';
  return {
    width: 330,
    height: 330,
    data: { values: points },
    layer: [
      {
        data: { values: [{ predicted: 0, observed: 0, x2: 1, y2: 1 }] },
        mark: { type: 'rule', color: '#777777', strokeDash: [2, 3] },
        encoding: { x, y: { ...y, field: 'observed' }, x2: { field: 'x2' }, y2: { field: 'y2' } },
      },
      {
        mark: { type: 'rule', color: colour, strokeWidth: 1.6 },
        encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' } },
      },
      {
        mark: { type: 'line', color: colour, strokeWidth: 1.6 },
        encoding: { x, y: { ...y, field: 'observed' } },
      },
      {
        mark: { type: 'point', color: colour, filled: true, opacity: 1, size: 80 },
        encoding: { x, y: { ...y, field: 'observed' } },
      },
    ],
  };
}
