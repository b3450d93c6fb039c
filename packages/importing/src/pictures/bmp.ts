import { FileFault } from '../files/fault.ts';
import { convertFault } from '../files/foreign.ts';
import { requireSize } from '../files/growth.ts';
import { fromPalette, type Page } from './page.ts';

/** Reads the one image of a BMP file of 8, 24 or 32 bits without compression. @throws FileFault for any other, or a damaged one. */
export function bmpPages(bytes: Uint8Array): Page[] {
  if (bytes.length < 54) throw new FileFault('the header is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, size, width, tall] = [10, 14, 18, 22].map((at) => view.getInt32(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (size < 40) throw convertFault('BMP files of OS/2 are not read');
  const hasMasks = compression === 3 && bits === 32;
  if ((compression !== 0 && !hasMasks) || ![8, 24, 32].includes(bits)) {
    throw convertFault(`BMP of ${bits}-bit pixels, compression ${compression}, is not read`);
  }
  const height = Math.abs(tall);
  requireSize(width, height);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (start < 54 || start + rowBytes * height > bytes.length) throw new FileFault('the pixels are cut off');
  const declared = view.getUint32(46, true) || 256;
  const colours = bits === 8 ? paletteOf(bytes.subarray(14 + size, start), declared) : [];
  const isGray =
    colours.every(([red, green, blue], i) => red === i && green === i && blue === i) && bits === 8;
  const decode = (): Uint8Array => {
    const channels = bits / 8;
    const out = new Uint8Array(width * height * Math.min(3, channels));
    let to = 0;
    for (let row = 0; row < height; row++) {
      // A positive height says that the last row comes first.
      const from = start + (tall > 0 ? height - 1 - row : row) * rowBytes;
      for (let at = from; at < from + width * channels; at += channels) {
        if (bits === 8) out[to++] = bytes[at] as number;
        else for (const place of [2, 1, 0]) out[to++] = bytes[at + place] as number;
      }
    }
    return bits === 8 && !isGray ? fromPalette(out, colours) : out;
  };
  const about = { width, height, isInverted: false, orientation: 1, format: `BMP, ${bits} bits` };
  return [{ ...about, channels: isGray ? 1 : 3, decode }];
}

function paletteOf(bytes: Uint8Array, declared: number): [number, number, number][] {
  const count = Math.min(256, declared, Math.floor(bytes.length / 4));
  return Array.from({ length: count }, (_, i) => [
    bytes[4 * i + 2] ?? 0,
    bytes[4 * i + 1] ?? 0,
    bytes[4 * i] ?? 0,
  ]);
}
