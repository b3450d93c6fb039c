import type { PngPainter } from '@radweave/analysis/paint/png';
import { expect, test } from 'vitest';
import { drawMontage } from './montage.ts';

/** The size of the sheet and its texts by their places, in units of SVG. */
async function drawn(slices: number, headings: readonly string[]) {
  let svg = '';
  const painter: PngPainter = {
    canDraw: () => true,
    paint: async (text: string) => {
      svg = text;
      return Buffer.alloc(0);
    },
  } as PngPainter;
  const picture = { width: 224, height: 224, bitDepth: 8 as const, pixels: new Uint8Array(224 * 224) };
  const strengths = new Float32Array(224 * 224);
  const each = { picture, strengths, caption: 'slice' };
  await drawMontage(
    Array.from({ length: slices }, () => each),
    255,
    headings,
    painter,
  );
  const width = Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1]);
  const texts = [...svg.matchAll(/<text x="12" y="([\d.]+)" font-size="([\d.]+)">([^<]*)</g)];
  const lines = texts.map(([, y, size, text = '']) => ({ y: Number(y), size: Number(size), text }));
  return { width, lines: lines.filter(({ text }) => text !== 'slice') };
}

const TITLE = 'SY055, SY: most confident of those predicted correctly';

test('headings break between words where slices are few, and fill the width of many', async () => {
  const few = await drawn(1, [TITLE]);
  expect(few.width).toBe(280);
  expect(few.lines.length).toBeGreaterThan(1);
  expect(few.lines.map(({ text }) => text).join(' ')).toBe(TITLE);
  const ys = few.lines.map(({ y }) => y);
  expect(ys).toEqual([...new Set(ys)].sort((a, b) => a - b));
  expect((await drawn(6, [TITLE])).lines.map(({ text }) => text)).toEqual([TITLE]);
});

test.each([`${'1.2.840'.repeat(9)}, SY: asked`, `患者${'甲'.repeat(40)}`])(
  'a word that cannot be broken widens the sheet: %s',
  async (title) => {
    const { width, lines } = await drawn(1, [title]);
    for (const { text, size } of lines) {
      const wide = [...text].filter((letter) => letter > '⺀').length;
      expect(12 + size * (0.6 * text.length + 0.4 * wide)).toBeLessThanOrEqual(width);
    }
    expect(lines.map(({ text }) => text).join(' ')).toBe(title);
  },
);
