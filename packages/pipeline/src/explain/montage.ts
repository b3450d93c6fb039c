import type { PngPainter } from '@radweave/analysis/paint/png';
import {
  blankRgb,
  encodePng,
  type GrayImage,
  heatBar,
  markPng,
  overlayHeat,
  pasteRgb,
  type RgbImage,
  slicePicture,
} from '@radweave/imaging';

export interface MontageSlice {
  picture: GrayImage;
  /** 0–1, one per pixel. */
  strengths: Float32Array;
  caption: string;
}

/** A text on the sheet; x and y, in pixels, are the left end of its baseline. */
interface Label {
  x: number;
  y: number;
  size: number;
  text: string;
}

/** All in pixels. The painter draws two pixels per unit of SVG. */
const COLUMNS = 6;
const LEAST_TILE = 160;
/** Headings break at the slices' width, but not at less than this one. */
const LEAST_WIDTH = 560;
const MARGIN = 24;
const GAP = 4;
const HEADING = 30;
const CAPTION = 34;
const BAR = 20;
const BAR_TEXT = 64;
const SMALL = 16;
const SCALE = 2;

/**
 * A patient's slices side by side, each with its map laid over it below, and a colour bar. Texts are drawn only where
 * there is a painter for them.
 *
 * @param white sample shown white.
 * @param headings lines above.
 * @returns the PNG, and whether it carries texts.
 */
export async function drawMontage(
  slices: readonly MontageSlice[],
  white: number,
  headings: readonly string[],
  painter: PngPainter | null,
): Promise<{ png: Buffer; labelled: boolean }> {
  const { sheet, labels } = layOut(slices, white, headings);
  const png = encodePng({ ...sheet, channels: 3 });
  if (painter === null || !labels.every(({ text }) => painter.canDraw(text)))
    return { png: markPng(png), labelled: false };
  return { png: await painter.paint(svgOf(sheet, png, labels)), labelled: true };
}

function layOut(
  slices: readonly MontageSlice[],
  white: number,
  headings: readonly string[],
): { sheet: RgbImage; labels: Label[] } {
  const side = slices[0]?.picture.width ?? 1;
  const zoom = Math.ceil(LEAST_TILE / side);
  const tile = side * zoom;
  const bands = Math.ceil(slices.length / COLUMNS);
  const columns = Math.ceil(slices.length / bands);
  const right = MARGIN + columns * (tile + GAP);
  const longest = headings.flatMap((text, i) =>
    text.split(' ').map((word) => textWidth(word, headingSize(i))),
  );
  const width = even(Math.max(right + GAP + BAR + BAR_TEXT, LEAST_WIDTH, 2 * MARGIN + Math.max(...longest)));
  const labels = headings
    .flatMap((text, i) => {
      const size = headingSize(i);
      return broken(text, width - 2 * MARGIN, size).map((line) => ({ size, text: line }));
    })
    .map(({ size, text }, i): Label => ({ x: MARGIN, y: MARGIN + HEADING * i + size - 4, size, text }));
  const top = MARGIN + HEADING * labels.length;
  const band = 2 * tile + GAP + CAPTION;
  const sheet = blankRgb(width, even(top + bands * band + MARGIN), 255);
  for (const [i, slice] of slices.entries()) {
    const x = MARGIN + (i % columns) * (tile + GAP);
    const y = top + Math.floor(i / columns) * band;
    pasteRgb(sheet, slicePicture(slice.picture, white), x, y, zoom);
    pasteRgb(sheet, overlayHeat(slice.picture, slice.strengths, white), x, y + tile + GAP, zoom);
    const text = fitted(slice.caption, tile);
    labels.push({ x, y: y + 2 * tile + GAP + SMALL + 3, size: SMALL, text });
  }
  const height = 2 * tile + GAP;
  pasteRgb(sheet, heatBar(BAR, height), right + GAP, top);
  for (const [text, share] of [
    ['1', 0],
    ['0.5', 0.5],
    ['0', 1],
  ] as const) {
    const y = top + share * (height - SMALL) + SMALL - 2;
    labels.push({ x: right + GAP + BAR + 6, y, size: SMALL, text });
  }
  return { sheet, labels };
}

/** The first line is the title. */
function headingSize(line: number): number {
  return line === 0 ? 22 : 18;
}

/** Letters of DejaVu Sans are about 0.6 of their size wide, those of Chinese as wide as high. */
function textWidth(text: string, size: number): number {
  const wide = text.match(/[\u2e80-\uffef]/g)?.length ?? 0;
  return size * (0.6 * text.length + 0.4 * wide);
}

/** Lines of a text, broken between words. */
function broken(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Cut at the front: file names differ at their ends. */
function fitted(text: string, width: number): string {
  const most = Math.floor(width / textWidth('m', SMALL));
  return text.length <= most ? text : `…${text.slice(text.length - most + 1)}`;
}

function even(value: number): number {
  return 2 * Math.ceil(value / 2);
}

function svgOf({ width, height }: RgbImage, png: Buffer, labels: readonly Label[]): string {
  const size = `width="${width / SCALE}" height="${height / SCALE}"`;
  const texts = labels.map(
    (label) =>
      `<text x="${label.x / SCALE}" y="${label.y / SCALE}" font-size="${label.size / SCALE}">${escaped(label.text)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size}>`,
    `<image x="0" y="0" ${size} href="data:image/png;base64,${png.toString('base64')}"/>`,
    `<g font-family="DejaVu Sans" fill="#222">${texts.join('')}</g>`,
    '</svg>',
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
