import type { Axis, Layer, LayeredSpec } from './figure.ts';
import { COLOURS, cycle, DASHES } from './style.ts';

/** A ROC curve, and the pointwise interval of its sensitivity where there is one. */
export interface RocLine {
  /** Text of its legend. */
  name: string;
  fpr: readonly number[];
  tpr: readonly number[];
  band: { lower: readonly number[]; upper: readonly number[] } | null;
}

export interface RocWords {
  oneMinusSpecificity: string;
  sensitivity: string;
}

/** ROC curves in one square, with their bands behind them, and a circle at an operating point. */
export function rocChart(
  lines: readonly RocLine[],
  point: { x: number; y: number } | null,
  words: RocWords,
): LayeredSpec {
  const axis = (field: 'x' | 'y', text: string): Axis => ({
    field,
    type: 'quantitative',
    title: text,
    scale: { domain: [0, 1], nice: false },
  });
  const x = axis('x', words.oneMinusSpecificity);
  const y = axis('y', words.sensitivity);
  const bands: Layer[] = lines.flatMap((line, i): Layer[] => {
    const values = bandOf(line);
    if (values.length === 0) return [];
    const colour = COLOURS[i % COLOURS.length] ?? '#000000';
    return [
      {
        data: { values },
        mark: { type: 'area', color: colour, opacity: 0.13, interpolate: 'step-after', tooltip: null },
        encoding: { x, y, y2: { field: 'y2' } },
      },
    ];
  });
  const layer: Layer[] = [
    ...bands,
    {
      data: { values: [{ x: 0, y: 0, x2: 1, y2: 1 }] },
      mark: { type: 'rule', color: '#999999', strokeDash: [3, 3] },
      encoding: { x, y, x2: { field: 'x2' }, y2: { field: 'y2' } },
    },
    {
      data: { values: lines.flatMap(pointsOf) },
      mark: { type: 'line', strokeWidth: 2.2 },
      encoding: {
        x,
        y,
        order: { field: 'order', type: 'quantitative' },
        color: byCurve(lines, COLOURS),
        strokeDash: byCurve(lines, DASHES),
      },
    },
  ];
  if (point !== null) {
    layer.push({
      data: { values: [point] },
      mark: { type: 'point', filled: false, size: 120, color: '#000000', strokeWidth: 2 },
      encoding: { x, y },
    });
  }
  return { width: 400, height: 400, layer };
}

/** What tells the curves apart, with its legend. */
const byCurve = <T>(lines: readonly RocLine[], range: readonly T[]) =>
  ({
    field: 'curve',
    type: 'nominal',
    scale: { domain: lines.map(({ name }) => name), range: cycle(range, lines.length) },
    legend: { orient: 'bottom', direction: 'vertical', columns: 1, title: null, symbolSize: 500 },
  }) as const;

function pointsOf({ name, fpr, tpr }: RocLine): object[] {
  return fpr.map((x, order) => ({ curve: name, order, x, y: tpr[order] ?? 0 }));
}

function bandOf({ fpr, band }: RocLine): object[] {
  if (band === null) return [];
  return fpr.map((x, i) => ({ x, y: band.lower[i] ?? 0, y2: band.upper[i] ?? 1 }));
}
