import { type Html, html } from '../html/html.ts';
import { COLOURS, FONT_FAMILIES } from './style.ts';
import { textWidth } from './text-width.ts';

export type AxisValue = number | string;

export interface Axis {
  name: string;
  isLog: boolean;
}

/** A line through all axes, or as far as it has values. */
export interface ParallelLine {
  values: readonly (AxisValue | null)[];
  /** `halved` ones are drawn thin and dashed, the best one thick and last. */
  look: 'best' | 'trained' | 'halved';
  title: string;
}

const SIZE = 12;
const TOP = 54;
const HEIGHT = 250;
const BOTTOM = 18;
const SIDE = 70;
/** Between two axes; names that are longer are squeezed. */
const STEP = 150;
const TICKS = 5;

const LOOKS = {
  halved: { stroke: '#999999', width: 1, dash: '4 3' },
  trained: { stroke: COLOURS[0] ?? '', width: 1.6, dash: 'none' },
  best: { stroke: COLOURS[5] ?? '', width: 3.2, dash: 'none' },
} as const;

/** Draws parallel coordinates: an axis for each setting and the last for the score, a line for each trial. */
export function parallelChart(axes: readonly Axis[], lines: readonly ParallelLine[]): Html {
  const scales = axes.map((axis, i) =>
    scaleOf(
      axis,
      lines.flatMap(({ values }) => values[i] ?? []),
    ),
  );
  const width = 2 * SIDE + STEP * (axes.length - 1);
  const height = TOP + HEIGHT + BOTTOM;
  const x = (i: number): number => SIDE + i * STEP;
  const order = ['halved', 'trained', 'best'];
  const drawn = lines.toSorted((a, b) => order.indexOf(a.look) - order.indexOf(b.look));
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT_FAMILIES}" font-size="${SIZE}">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${drawn.map((line) => lineOf(line, scales, x))}
${axes.map(({ name }, i) => axisOf(name, scales[i]?.ticks ?? [], x(i)))}
</svg>`;
}

interface Scale {
  /** Where a value lies, in pixels from the top. */
  at(value: AxisValue): number;
  ticks: { text: string; y: number }[];
}

const yOf = (share: number): number => TOP + HEIGHT * (1 - share);

function scaleOf({ isLog }: Axis, values: readonly AxisValue[]): Scale {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) return listScale([...new Set(values)]);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  // With a single value there is no range.
  if (!(low < high)) return listScale([...new Set(values)]);
  const to = (value: number): number => (isLog ? Math.log(value) : value);
  const from = (value: number): number => (isLog ? Math.exp(value) : value);
  const share = (value: number): number => (to(value) - to(low)) / (to(high) - to(low));
  const ticks = Array.from({ length: TICKS }, (_, i) => {
    const value = from(to(low) + (i / (TICKS - 1)) * (to(high) - to(low)));
    return { text: String(Number(value.toPrecision(2))), y: yOf(i / (TICKS - 1)) };
  });
  return { at: (value) => yOf(share(Number(value))), ticks };
}

/** Words, one above the other. */
function listScale(values: readonly AxisValue[]): Scale {
  const names = values.map(String).sort();
  const at = (value: AxisValue): number =>
    yOf(names.length < 2 ? 0.5 : names.indexOf(String(value)) / (names.length - 1));
  return { at, ticks: names.map((text) => ({ text, y: at(text) })) };
}

function lineOf(
  { values, look, title }: ParallelLine,
  scales: readonly Scale[],
  x: (i: number) => number,
): Html {
  const { stroke, width, dash } = LOOKS[look];
  const points = scales.flatMap(({ at }, i) => {
    const value = values[i] ?? null;
    return value === null ? [] : [`${x(i)},${at(value).toFixed(1)}`];
  });
  return html`<polyline points="${points.join(' ')}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-dasharray="${dash}" stroke-linejoin="round"><title>${title}</title></polyline>`;
}

function axisOf(name: string, ticks: Scale['ticks'], x: number): Html {
  const room = STEP - 8;
  const squeezed =
    textWidth(name, SIZE, true) > room ? html` textLength="${room}" lengthAdjust="spacingAndGlyphs"` : null;
  const marks = ticks.map(
    ({ text, y }) =>
      html`<path d="M${x - 4} ${y.toFixed(1)}H${x}" stroke="#333333"/><text x="${x - 7}" y="${(y + 4).toFixed(1)}" text-anchor="end" stroke="#ffffff" stroke-width="3" paint-order="stroke">${text}</text>`,
  );
  return html`<g><path d="M${x} ${TOP}V${TOP + HEIGHT}" stroke="#333333" stroke-width="1.3"/>
<text x="${x}" y="${TOP - 24}" text-anchor="middle" font-weight="bold"${squeezed}>${name}</text>${marks}</g>`;
}
