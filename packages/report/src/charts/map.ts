import { groupBy, SPLITS, type Split } from '@radweave/artifacts';
import type { Axis, Panel, UnitSpec } from './figure.ts';
import { COLOURS, cycle, SHAPES } from './style.ts';

/** A patient placed in the plane. */
export interface MapPoint {
  x: number;
  y: number;
  patient: string;
  hospital: string;
  label: string;
  split: Split;
}

/** The network has seen the training patients, so they must be told apart: hollow. */
export const MAP_FILLS = {
  train: { fill: 0, look: 'hollow' },
  val: { fill: 0.3, look: 'pale' },
  test: { fill: 0.85, look: 'full' },
} as const;

export function splitsOf(points: readonly MapPoint[]): Split[] {
  return SPLITS.filter((split) => points.some((point) => point.split === split));
}

/** More points hide each other, and make a report too large to send. */
const MOST_POINTS = 2000;

/**
 * The points that are drawn: all, or of too many about the same share of each split, hospital and label, and of each at least one.
 * Which, hashes of the patients' names say: as good as a lot, and the same in every map.
 */
export function drawnPoints<Point extends MapPoint>(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const groups = groupBy(points, ({ split, hospital, label }) => JSON.stringify([split, hospital, label]));
  const chosen = new Set(
    [...groups.values()].flatMap((group) => {
      const lots = group.map((point) => ({ point, lot: lotOf(point.patient) })).sort((a, b) => a.lot - b.lot);
      const count = Math.max(1, Math.floor((group.length * MOST_POINTS) / points.length));
      return lots.slice(0, count).map(({ point }) => point);
    }),
  );
  return points.filter((point) => chosen.has(point));
}

/** 32 bits of a name (FNV-1a with a final mix, so that consecutive numbers lie far apart). */
function lotOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const unit of name) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** What maps tell apart: of one hospital a map by hospital would be that by label in one colour. */
export function mapFields(points: readonly MapPoint[]): ('label' | 'hospital')[] {
  return new Set(points.map(({ hospital }) => hospital)).size > 1 ? ['label', 'hospital'] : ['label'];
}

/**
 * A map of patients, by label or by hospital: colour and shape.
 *
 * @param legend Title of the legend.
 * @param title Above the map, when it stands beside another.
 */
export function mapPanel(
  points: readonly MapPoint[],
  axes: readonly [string, string],
  field: 'label' | 'hospital',
  legend: string,
  title?: string,
): UnitSpec & Panel {
  const names = [...new Set(points.map((point) => point[field]))].sort();
  // Hospitals begin at the third colour: no hospital looks like a label.
  const first = field === 'label' ? 0 : 2;
  const scale = { domain: names, range: cycle(COLOURS, first + names.length).slice(first) };
  const shapes = { domain: names, range: cycle(SHAPES, first + names.length).slice(first) };
  const splits = splitsOf(points);
  return {
    ...(title === undefined ? {} : { title: { text: title, fontSize: 13, anchor: 'middle', offset: 6 } }),
    width: 330,
    height: 330,
    data: { values: [...points] },
    mark: { type: 'point', size: 70, strokeWidth: 1.6, opacity: 1 },
    encoding: {
      x: plane('x', axes[0]),
      y: plane('y', axes[1]),
      stroke: { field, type: 'nominal', title: legend, scale },
      fill: { field, type: 'nominal', title: legend, scale },
      shape: { field, type: 'nominal', title: legend, scale: shapes },
      fillOpacity: {
        field: 'split',
        type: 'ordinal',
        scale: { type: 'ordinal', domain: splits, range: splits.map((split) => MAP_FILLS[split].fill) },
        legend: null,
      },
    },
  };
}

function plane(field: 'x' | 'y', title: string): Axis {
  return {
    field,
    type: 'quantitative',
    title,
    scale: { zero: false, nice: true, padding: 12 },
    axis: { labels: false, ticks: false, grid: false },
  };
}
