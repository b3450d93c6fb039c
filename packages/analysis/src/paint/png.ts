import { createRequire } from 'node:module';
import { markPng } from '@radweave/imaging';

/** Pixels per SVG unit: figures of about 800 units become wide enough for print. */
export const SCALE = 2;

/** Characters that the font shipped with Radweave lacks: Chinese, Japanese and Korean. */
const EAST_ASIAN = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/;

/** Families of installed fonts that have them. */
const EAST_ASIAN_FONT =
  /CJK|Noto (?:Sans|Serif) (?:SC|TC|HK|JP|KR)|Source Han|WenQuanYi|Fallback|SimSun|SimHei|YaHei|DengXian|KaiTi|FangSong|PingFang|Heiti|Songti|STSong|Hiragino|Gothic|Mincho|Yu Gothic|Meiryo|Malgun|Nanum|AR PL/i;

/**
 * What to say where no font has the letters of a text.
 *
 * @param pictures what shows boxes instead, @param text what has the letters, @param command what draws again.
 */
export function missingLetters(pictures: string, text: string, command: string): string {
  return (
    `No font of this machine has the Chinese, Japanese or Korean letters of some words: they are boxes in ${pictures}. ` +
    `${text} the text; or install a font such as Noto Sans CJK and run radweave ${command} again.`
  );
}

export interface PngPainter {
  /** A PNG with the mark of Radweave. @param svg with width and height in pixels. */
  paint(svg: string): Promise<Buffer>;
  /** Whether the letters of a text can be drawn here. */
  canDraw(text: string): boolean;
}

/** The painter, or why this machine has none: it comes as a binary that does not exist for every platform. */
export async function openPngPainter(): Promise<PngPainter | { reason: string }> {
  let canvas: typeof import('@napi-rs/canvas');
  try {
    canvas = await import('@napi-rs/canvas');
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return {
      reason: `no PNG painter for ${process.platform}-${process.arch} (${text.split('\n')[0] ?? ''})`,
    };
  }
  const { createCanvas, GlobalFonts, loadImage } = canvas;
  const locate = createRequire(import.meta.url).resolve;
  for (const file of ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']) {
    GlobalFonts.registerFromPath(locate(`dejavu-fonts-ttf/ttf/${file}`), 'DejaVu Sans');
  }
  const readsEastAsian = GlobalFonts.families.some(({ family }) => EAST_ASIAN_FONT.test(family));
  return {
    canDraw: (text) => readsEastAsian || !EAST_ASIAN.test(text),
    paint: async (svg) => {
      const image = await loadImage(Buffer.from(svg, 'utf8'));
      const sheet = createCanvas(image.width * SCALE, image.height * SCALE);
      const context = sheet.getContext('2d');
      context.fillStyle = 'white';
      context.fillRect(0, 0, sheet.width, sheet.height);
      context.drawImage(image, 0, 0, sheet.width, sheet.height);
      return markPng(await sheet.encode('png'));
    },
  };
}
