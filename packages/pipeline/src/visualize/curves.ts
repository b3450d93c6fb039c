import { existsSync } from 'node:fs';
import { type HistoryMetric, type HistoryRow, readHistory } from '@radweave/artifacts';
import type { TopLevelSpec } from 'vega-lite';
import { findRuns } from '../training/run_folder.ts';
import type { Axis, FigureSet, Layer, Panel } from './figure.ts';
import { COLOURS, cycle, DASHES, SHAPES } from './style.ts';

/** Training curves of a modality's newest run. */
export function trainingCurves(outputDir: string, modality: string): FigureSet {
  const name = `training_curves_${modality}`;
  const run = findRuns(outputDir, 'last', { modality }).find(({ history }) => existsSync(history));
  const rows = run === undefined ? [] : readHistory(run.history);
  if (run === undefined || rows.length === 0) {
    const reason = `no training run of ${modality} has a history; run radweave train --modality ${modality}`;
    return { figures: [], skipped: [{ name, reason }] };
  }
  const { model, best } = run.read();
  return {
    figures: [{ name, spec: curvesSpec(rows, modality, `${run.name} (${model})`, best?.epoch) }],
    skipped: [],
  };
}

/** A point of a curve. */
interface CurvePoint {
  epoch: number;
  metric: 'loss' | 'auc';
  set: string;
  level: string;
  value: number;
}

const SETS = { train: 'training', val: 'validation' } as const;
const LEVELS = { '': 'per slice', patient_: 'per patient' } as const;

function pointsOf(rows: readonly HistoryRow[]): CurvePoint[] {
  const points: CurvePoint[] = [];
  for (const row of rows) {
    for (const metric of ['loss', 'auc'] as const) {
      for (const set of ['train', 'val'] as const) {
        for (const level of ['', 'patient_'] as const) {
          const column: HistoryMetric = `${set}_${level}${metric}`;
          const value = row[column];
          if (value !== null)
            points.push({ epoch: row.epoch, metric, set: SETS[set], level: LEVELS[level], value });
        }
      }
    }
  }
  return points;
}

/** Loss and AUC side by side, for training and validation, per slice and per patient. */
export function curvesSpec(
  rows: readonly HistoryRow[],
  modality: string,
  run: string,
  best: number | undefined,
): TopLevelSpec {
  const points = pointsOf(rows);
  const last = rows.at(-1)?.epoch ?? 1;
  const panel = (metric: CurvePoint['metric'], title: string, scale: Scale): Panel => ({
    width: 360,
    height: 280,
    data: { values: points.filter((point) => point.metric === metric) },
    layer: curveLayers(last, { field: 'value', type: 'quantitative', title, scale }, best),
  });
  const marked = best === undefined ? '' : `. Vertical line: epoch ${best}, the best so far`;
  return {
    title: { text: `Training of modality ${modality}`, subtitle: `${run}${marked}` },
    hconcat: [panel('loss', 'Loss', { zero: true }), panel('auc', 'AUC', { domain: [0, 1] })],
  };
}

type Scale = { zero: boolean } | { domain: number[] };

function curveLayers(last: number, y: Axis, best: number | undefined): Layer[] {
  const x: Axis = {
    field: 'epoch',
    type: 'quantitative',
    title: 'Epoch',
    scale: { domain: last === 1 ? [0.5, 1.5] : [1, last], nice: false },
    axis: { tickMinStep: 1, format: 'd' },
  };
  const bySet = <T>(range: readonly T[]) =>
    ({
      field: 'set',
      type: 'nominal',
      title: 'Patients',
      scale: { domain: Object.values(SETS), range: cycle(range, 2) },
    }) as const;
  const byLevel = {
    field: 'level',
    type: 'nominal',
    title: 'Counted',
    legend: { symbolType: 'stroke', symbolSize: 1200, symbolStrokeWidth: 2 },
    scale: { domain: Object.values(LEVELS), range: cycle(DASHES, 2) },
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
