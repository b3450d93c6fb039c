import { drawNext } from '../charts/draw.ts';
import type { Spec } from '../charts/figure.ts';
import type { ReportContext } from '../context.ts';
import { Html, html } from '../html/html.ts';

export interface FigureSpec {
  /** Stays the same from report to report; also the name of the SVG file. */
  name: string;
  title: string;
  caption?: string;
  /** How to read it: the first of several such figures says it, the others name that one. */
  how?: string;
  /** What the picture shows, for those who cannot see it. */
  alt: string;
  /** A chart, or an SVG drawn by hand. */
  picture: Spec | Html;
}

/** How far a figure is shrunk on a narrow screen before it scrolls in its box instead. */
const LEAST_SCALE = 0.66;

/** Lays out a figure with its caption and a button that saves it as SVG. */
export async function figure(context: ReportContext, spec: FigureSpec): Promise<Html> {
  const { words } = context;
  const number = context.nextFigure();
  const svg = spec.picture instanceof Html ? spec.picture.text : await drawNext(spec.picture);
  const width = Number(/^<svg[^>]*? width="([\d.]+)"/.exec(svg)?.[1] ?? 0);
  const sized = svg.replace('<svg', `<svg style="min-width:${Math.round(LEAST_SCALE * width)}px"`);
  const name = fileName(spec.name);
  const { caption = '', how = '' } = spec;
  const first = context.firstTold(how, number);
  const read = first === number || how === '' ? how : words.readAs(words.figure(first));
  const told = words.sentences([caption, read]);
  return html`<figure id="figure-${number}">
<div class="plot" role="img" aria-label="${spec.alt}" tabindex="0">${new Html(sized)}</div>
<figcaption><strong>${words.titled(words.figure(number), spec.title)}${words.stop.trim()}</strong> ${told}</figcaption>
<p class="tools"><button type="button" data-svg="${name}">${words.downloadSvg}</button></p>
</figure>`;
}

/** A name that every file system takes: hospitals may hold any letter. */
function fileName(name: string): string {
  return name.normalize('NFC').replace(/[^\p{L}\p{N}]+/gu, '-');
}

/** Figures side by side where there is room. */
export function grid(figures: readonly Html[]): Html {
  return html`<div class="grid">${figures}</div>`;
}
