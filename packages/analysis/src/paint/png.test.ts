import { beforeEach, expect, test, vi } from 'vitest';
import { openPngPainter } from './png.ts';

const fonts = vi.hoisted((): { families: { family: string }[] } => ({ families: [] }));

vi.mock('@napi-rs/canvas', async (original) => ({
  ...(await original<typeof import('@napi-rs/canvas')>()),
  GlobalFonts: { registerFromPath: () => true, ...fonts },
}));

async function canDraw(text: string): Promise<boolean> {
  const painter = await openPngPainter();
  if ('reason' in painter) throw new Error(painter.reason);
  return painter.canDraw(text);
}

beforeEach(() => {
  fonts.families.length = 0;
});

test('without a font that has them, Chinese letters cannot be drawn, and others can', async () => {
  fonts.families.push({ family: 'DejaVu Sans' });
  expect(await canDraw('协和医院')).toBe(false);
  expect(await canDraw('Universitätsklinikum, Łódź')).toBe(true);
});

test.each(['WenQuanYi Zen Hei', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', 'SimSun'])(
  '%s has Chinese letters',
  async (family) => {
    fonts.families.push({ family });
    expect(await canDraw('协和医院')).toBe(true);
  },
);
