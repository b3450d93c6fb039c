import { readFileSync } from '@radweave/artifacts/files';

/** Wider pictures are scaled down: a report of fifty montages is still to open at once and to be mailed. */
const MOST_WIDTH = 1000;
/** Percent. Captions stay sharp; the report grows to a fifth of what PNGs would make it. */
const QUALITY = 82;

/** Turns a PNG file into a `data:` URL. */
export type Embedder = (path: string) => Promise<string>;

/** Scales and recompresses where this machine has a painter; else PNGs are taken as they are. */
export async function openEmbedder(): Promise<Embedder> {
  let canvas: typeof import('@napi-rs/canvas');
  try {
    canvas = await import('@napi-rs/canvas');
  } catch {
    return async (path) => dataUrl('image/png', readFileSync(path));
  }
  const { createCanvas, loadImage } = canvas;
  return async (path) => {
    const png = readFileSync(path);
    const image = await loadImage(png);
    const scale = Math.min(1, MOST_WIDTH / image.width);
    const sheet = createCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
    const context = sheet.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, sheet.width, sheet.height);
    const webp = await sheet.encode('webp', QUALITY);
    return webp.length < png.length ? dataUrl('image/webp', webp) : dataUrl('image/png', png);
  };
}

function dataUrl(type: string, bytes: Buffer): string {
  return `data:${type};base64,${bytes.toString('base64')}`;
}
