import type { Config } from 'vega-lite';

/**
 * Colours for categories: Okabe & Ito's palette (https://jfly.uni-koeln.de/color/), told apart by colour-blind readers. The
 * order also differs in lightness from one to the next, so that it survives gray print.
 */
export const COLOURS: readonly string[] = [
  '#0072B2',
  '#E69F00',
  '#009E73',
  '#CC79A7',
  '#56B4E9',
  '#D55E00',
  '#000000',
  '#F0E442',
];

/** Shapes and dashes that go with the colours, for readers who cannot use colour at all. */
export const SHAPES: readonly string[] = [
  'circle',
  'triangle-up',
  'square',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
];

export const DASHES: readonly number[][] = [
  [1, 0],
  [7, 3],
  [2, 2],
  [8, 3, 2, 3],
  [12, 4],
  [4, 2, 1, 2],
  [1, 3],
  [10, 2],
];

/** The first is the one that PNGs are drawn with; the others are for viewers of the SVG that lack it. */
export const FONT_FAMILIES = 'DejaVu Sans, Verdana, Arial, Helvetica, sans-serif';

/** Entry `index` of a list that begins again at its end. */
export function cycle<T>(list: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, i) => list[i % list.length] as T);
}

/** Looks that all figures share. */
export const FIGURE_CONFIG: Config = {
  background: 'white',
  padding: 14,
  font: FONT_FAMILIES,
  view: { stroke: '#888888' },
  title: {
    fontSize: 15,
    subtitleFontSize: 12,
    subtitleColor: '#333333',
    anchor: 'start',
    offset: 12,
    subtitlePadding: 5,
  },
  axis: { labelFontSize: 12, titleFontSize: 13, gridColor: '#e4e4e4', titlePadding: 8, labelFlush: false },
  legend: { labelFontSize: 12, titleFontSize: 12, symbolSize: 90, symbolStrokeWidth: 2, labelLimit: 0 },
  header: { labelFontSize: 13, titleFontSize: 13 },
  concat: { spacing: 36 },
};
