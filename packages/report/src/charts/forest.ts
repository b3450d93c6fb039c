import type { Layer, Spec } from './figure.ts';
import { COLOURS, cycle, SHAPES } from './style.ts';

export interface ForestRow {
  /** Text at the left; must differ from row to row. */
  name: string;
  model: string;
  value: number | null;
  lower: number | undefined;
  upper: number | undefined;
  /** Text at the right. */
  text: string;
}

/** Estimates with their intervals, one below the other; the dotted line is chance. */
export function forestChart(rows: readonly ForestRow[], title: string): Spec {
  const models = [...new Set(rows.map(({ model }) => model))];
  const names = rows.map(({ name }) => name);
  const known = rows.flatMap(({ value, lower, upper, ...row }) =>
    value === null ? [] : [{ ...row, value, lower: lower ?? value, upper: upper ?? value }],
  );
  const y = {
    field: 'name',
    type: 'nominal',
    title: null,
    sort: null,
    scale: { domain: names },
    axis: { domain: false, ticks: false, labelPadding: 8, labelLimit: 0, grid: false },
  } as const;
  const scale = { domain: [0, 1], nice: false };
  const x = { type: 'quantitative', title, scale } as const;
  const byModel = <T>(range: readonly T[]) =>
    ({
      field: 'model',
      type: 'nominal',
      title: null,
      scale: { domain: models, range: cycle(range, models.length) },
      legend: models.length > 1 ? { orient: 'bottom', columns: 4 } : null,
    }) as const;
  const layer: Layer[] = [
    {
      data: { values: [{ chance: 0.5 }] },
      mark: { type: 'rule', color: '#777777', strokeDash: [2, 3] },
      encoding: { x: { ...x, field: 'chance' } },
    },
    {
      data: { values: known },
      mark: { type: 'rule', strokeWidth: 1.8 },
      encoding: { x: { ...x, field: 'lower' }, x2: { field: 'upper' }, y, color: byModel(COLOURS) },
    },
    {
      data: { values: known },
      mark: { type: 'point', filled: true, size: 95, opacity: 1 },
      encoding: { x: { ...x, field: 'value' }, y, color: byModel(COLOURS), shape: byModel(SHAPES) },
    },
    {
      data: { values: rows.map(({ name, text }) => ({ name, text })) },
      mark: { type: 'text', align: 'left', dx: 8, fontSize: 12 },
      encoding: { x: { value: 'width' }, y, text: { field: 'text' } },
    },
  ];
  return { width: 300, height: { step: 24 }, layer };
}
