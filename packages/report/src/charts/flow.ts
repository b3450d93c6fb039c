import { Html, html } from '../html/html.ts';
import { FONT_FAMILIES } from './style.ts';
import { textWidth } from './text-width.ts';

/** A box of the flow diagram: its first line is bold. */
export type Box = readonly string[];

/** Patients found, those left out, those used, and where these went: the home hospital's sets and the external ones. */
export interface Flow {
  found: Box;
  excluded: Box | null;
  included: Box;
  home: Box;
  external: Box;
}

const SIZE = 13;
const LINE = 19;
const PAD = 12;
const GAP = 34;
const LEFT = 12;
const BOX = 262;
const MIDDLE = LEFT + BOX + 28;
const WIDTH = MIDDLE + BOX + LEFT;

const heightOf = (box: Box): number => 2 * PAD + LINE * box.length - (LINE - SIZE);

/** Draws the flow diagram of a cohort in the manner of CONSORT. */
export function flowChart(flow: Flow): Html {
  const { found, excluded, included, home, external } = flow;
  const foundAt = PAD;
  const sideAt = foundAt + heightOf(found) + GAP / 2;
  const includedAt =
    excluded === null ? foundAt + heightOf(found) + GAP : sideAt + heightOf(excluded) + GAP / 2;
  const setsAt = includedAt + heightOf(included) + GAP;
  const height = setsAt + Math.max(heightOf(home), heightOf(external)) + PAD;
  const spine = LEFT + BOX / 2;
  const right = MIDDLE + BOX / 2;
  const fork = setsAt - GAP / 2;
  const includedEnd = includedAt + heightOf(included);
  const paths = [
    `M${spine} ${foundAt + heightOf(found)}V${includedAt}`,
    `M${spine} ${includedEnd}V${setsAt}`,
    `M${spine} ${fork}H${right}V${setsAt}`,
    ...(excluded === null ? [] : [`M${spine} ${sideAt + heightOf(excluded) / 2}H${MIDDLE}`]),
  ];
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="${FONT_FAMILIES}" font-size="${SIZE}">
<defs><marker id="flow-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#333333"/></marker></defs>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
${paths.map((d) => html`<path d="${d}" fill="none" stroke="#333333" stroke-width="1.3" marker-end="url(#flow-arrow)"/>`)}
${drawBox(found, LEFT, foundAt)}${excluded === null ? null : drawBox(excluded, MIDDLE, sideAt)}
${drawBox(included, LEFT, includedAt)}${drawBox(home, LEFT, setsAt)}${drawBox(external, MIDDLE, setsAt)}
</svg>`;
}

function drawBox(box: Box, x: number, y: number): Html {
  const lines = box.map((text, i) => {
    const weight = i === 0 ? new Html(' font-weight="bold"') : null;
    return html`<text x="${x + PAD}" y="${y + PAD + SIZE - 2 + i * LINE}"${weight}${squeezed(text, i === 0)}>${text}</text>`;
  });
  return html`<g><rect x="${x}" y="${y}" width="${BOX}" height="${heightOf(box)}" fill="#ffffff" stroke="#333333" stroke-width="1.3"/>${lines}</g>`;
}

/** Keeps a long text inside its box. */
function squeezed(text: string, isBold: boolean): Html | null {
  const room = BOX - 2 * PAD;
  const isLong = textWidth(text, SIZE, isBold) > room;
  return isLong ? new Html(` textLength="${room}" lengthAdjust="spacingAndGlyphs"`) : null;
}
