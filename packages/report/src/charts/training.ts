import type { HistoryMetric, HistoryRow } from '@radweave/artifacts';
import type { Axis, Layer, LayeredSpec } from './figure.ts';
import { COLOURS, cycle, DASHES, SHAPES } from './style.ts';

export interface TrainingWords {
  epoch: string;
  loss: string;
  auc: string;
  patients: string;
  counted: string;
  training: string;
  validation: string;
  perSlice: string;
  perPatient: string;
}

interface CurvePoint {
  epoch: number;
  metric: 'loss' | 'auc';
  set: string;
  level: string;
  value: number;
}

function pointsOf(rows: readonly HistoryRow[], words: TrainingWords): CurvePoint[] {
  const sets = { train: words.training, val: words.validation } as const;
  const levels = { '': words.perSlice, patient_: words.perPatient } as const;
  const points: CurvePoint[] = [];
  for (const row of rows) {
    for (const metric of ['loss', 'auc'] as const) {
      for (const set of ['train', 'val'] as const) {
        for (const level of ['', 'patient_'] as const) {
          const column: HistoryMetric = `${set}_${level}${metric}`;
          const value = row[column];
          if (value !== null)
            points.push({ epoch: row.epoch, metric, set: sets[set], level: levels[level], value });
        }
      }
    }
  }
  return points;
}

/**
 * Loss and AUC by epoch, for training and validation, per slice and per patient.
 *
 * @param best Epoch to mark with a vertical line.
 */
export function trainingPanels(
  rows: readonly HistoryRow[],
  best: number | undefined,
  words: TrainingWords,
): { loss: LayeredSpec; auc: LayeredSpec } {
  const points = pointsOf(rows, words);
  const last = rows.at(-1)?.epoch ?? 1;
  const panel = (metric: CurvePoint['metric'], title: string, scale: Scale): LayeredSpec => ({
    width: 360,
    height: 280,
    data: { values: points.filter((point) => point.metric === metric) },
    layer: curveLayers(last, { field: 'value', type: 'quantitative', title, scale }, best, words),
  });
  return {
    loss: panel('loss', words.loss, { zero: true }),
    auc: panel('auc', words.auc, { domain: [0, 1] }),
  };
}

type Scale = { zero: boolean } | { domain: number[] };

function curveLayers(last: number, y: Axis, best: number | undefined, words: TrainingWords): Layer[] {
  const x: Axis = {
    field: 'epoch',
    type: 'quantitative',
    title: words.epoch,
    scale: { domain: last === 1 ? [0.5, 1.5] : [1, last], nice: false },
    axis: { tickMinStep: 1, format: 'd' },
  };
  const bySet = <T>(range: readonly T[]) =>
    ({
      field: 'set',
      type: 'nominal',
      title: words.patients,
      legend: { orient: 'bottom' },
      scale: { domain: [words.training, words.validation], range: cycle(range, 2) },
    }) as const;
  const byLevel = {
    field: 'level',
    type: 'nominal',
    title: words.counted,
    legend: { orient: 'bottom', symbolType: 'stroke', symbolSize: 500, symbolStrokeWidth: 2 },
    scale: { domain: [words.perSlice, words.perPatient], range: cycle(DASHES, 2) },
  } as const;
  const color = bySet(COLOURS);
  const dots = { type: 'point', filled: true, size: last > 40 ? 12 : 45, opacity: 1 } as const;
  const layer: Layer[] = [
    { mark: { type: 'line', strokeWidth: 2 }, encoding: { x, y, color, strokeDash: byLevel } },
    { mark: dots, encoding: { x, y, color, shape: bySet(SHAPES), detail: { field: 'level' } } },
  ];
  if (best !== undefined) {
    layer.push({
      data: { values: [{ epoch: best }] },
      mark: { type: 'rule', color: '#666666', strokeWidth: 1.2, strokeDash: [2, 2] },
      encoding: { x },
    });
  }
  return layer;
}
