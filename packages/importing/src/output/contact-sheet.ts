import { encodePng } from '@radweave/imaging';
import { counted } from '@radweave/remarks';
import { FileFault } from '../files/fault.ts';
import { OPEN, OUT, oddities, type Proposal } from '../series/propose.ts';
import { looks } from '../series/rules.ts';
import { grouped, type Stack } from '../series/stack.ts';
import type { PixelOptions } from './options.ts';
import { render } from './render.ts';

const THUMBNAIL = 112;

/** What the page tells besides the series. */
export interface SheetFacts {
  readonly counts: readonly (readonly [what: string, count: number])[];
  /** Reasons for what was left out, and how many files each. */
  readonly leftOut: readonly (readonly [reason: string, count: number])[];
  /** How many slices masks choose of a series; undefined where they do not. */
  readonly chosenOf: (one: Proposal) => number | undefined;
}

/** One page of HTML, complete in itself: every series with three of its slices, and what becomes of it. */
export function* contactSheet(
  proposals: readonly Proposal[],
  { counts, leftOut, chosenOf }: SheetFacts,
  options: PixelOptions,
): Generator<string> {
  yield `${HEAD}<h1>${TITLE}</h1>\n${table(counts)}\n`;
  for (const own of grouped(proposals, ({ patient }) => patient)) {
    yield `<h2>${escaped(own[0]?.patient ?? '')}</h2>\n`;
    for (const one of own) yield seriesHtml(one, chosenOf(one), options);
  }
  if (leftOut.length > 0) yield `<h2>Files left out</h2>\n${table(leftOut)}\n`;
  yield '</body></html>\n';
}

function seriesHtml(one: Proposal, chosen: number | undefined, options: PixelOptions): string {
  const { modality, because, facts, stack } = one;
  const kind = modality === OPEN ? 'open' : modality === OUT ? 'out' : 'in';
  const lines = [
    `<b class="${kind}">${escaped(modality)}</b> ${escaped(because)}`,
    [facts.description || 'no description', looks(facts)].filter(Boolean).map(escaped).join(' — '),
    `${chosen === undefined ? '' : `${chosen} of `}${counted(stack.slices.length, 'slice')}, series <code>${stack.id}</code>`,
    ...oddities(one).map(({ text }) => `⚠ ${escaped(text)}`),
  ];
  return `<section><div>${thumbnails(stack, options)}</div><p>${lines.join('<br>')}</p></section>\n`;
}

/** The slices at a quarter, the half and three quarters; of a volume that has its own range, the range of these three. */
function thumbnails(stack: Stack, options: PixelOptions): string {
  const { length } = stack.slices;
  const places = new Set([0.25, 0.5, 0.75].map((share) => Math.floor(share * length)));
  const slices = stack.slices.filter((_, place) => places.has(place));
  try {
    const small = { ...options, bits: 8, size: THUMBNAIL, fit: { kind: 'pad' } } as const;
    const images = [...render({ ...stack, slices }, small)];
    return images
      .map(({ image }) => `<img alt="" src="data:image/png;base64,${encodePng(image).toString('base64')}">`)
      .join('');
  } catch (error) {
    if (error instanceof FileFault) return `<em>${escaped(error.message)}</em>`;
    throw error;
  }
}

function table(rows: readonly (readonly [string, number])[]): string {
  const cells = rows.map(([what, count]) => `<tr><td>${count}</td><td>${escaped(what)}</td></tr>`);
  return `<table>${cells.join('')}</table>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

const TITLE = 'Radweave import: contact sheet';
const HEAD = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${TITLE}</title><style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem;color:#222}
section{display:flex;gap:1rem;align-items:center;margin:.6rem 0}section div{display:flex;gap:2px;min-width:342px;background:#000}
img{display:block}em{color:#fff;font-size:12px;max-width:112px}p{margin:0}td:first-child{text-align:right;padding-right:1rem}
b{padding:.1em .5em;border-radius:4px;color:#fff}b.in{background:#1b7837}b.out{background:#777}b.open{background:#b35806}
</style></head><body>
`;
