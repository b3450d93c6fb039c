import { FileFault } from '../files/fault.ts';

/** Sizes of the types of values, by their numbers (TIFF 6.0, section 2). */
const SIZES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4 };

/** A directory of a TIFF file, or of EXIF: values by their tags. */
export class Directory {
  readonly next: number;
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #entries = new Map<number, { type: number; count: number; at: number }>();

  /** @throws FileFault when it leads beyond the file. */
  constructor(view: DataView, offset: number, littleEndian: boolean) {
    this.#view = view;
    this.#little = littleEndian;
    this.#need(offset, 2);
    const count = view.getUint16(offset, littleEndian);
    this.#need(offset + 2, 12 * count + 4);
    for (let i = 0; i < count; i++) {
      const at = offset + 2 + 12 * i;
      const type = view.getUint16(at + 2, littleEndian);
      this.#entries.set(view.getUint16(at, littleEndian), {
        type,
        count: view.getUint32(at + 4, littleEndian),
        at: at + 8,
      });
    }
    this.next = view.getUint32(offset + 2 + 12 * count, littleEndian);
  }

  /** Whole numbers of a tag; empty where there is none. @throws FileFault when they lead beyond the file. */
  numbers(tag: number): number[] {
    const entry = this.#entries.get(tag);
    const size = SIZES[entry?.type ?? 0];
    if (entry === undefined || size === undefined) return [];
    const { count, at } = entry;
    const from = count * size > 4 ? this.#view.getUint32(at, this.#little) : at;
    this.#need(from, count * size);
    return Array.from({ length: count }, (_, i) => {
      const place = from + i * size;
      if (size === 1) return this.#view.getUint8(place);
      return size === 2
        ? this.#view.getUint16(place, this.#little)
        : this.#view.getUint32(place, this.#little);
    });
  }

  number(tag: number): number | undefined {
    return this.numbers(tag)[0];
  }

  #need(offset: number, length: number): void {
    if (offset + length <= this.#view.byteLength) return;
    throw new FileFault('a directory of the file leads beyond it: it is cut off or damaged');
  }
}

/** Byte order and first directory of TIFF and of EXIF; null where it is neither. */
export function tiffHead(bytes: Uint8Array): { view: DataView; littleEndian: boolean; first: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = bytes.length < 8 ? '' : String.fromCharCode(bytes[0] ?? 0, bytes[1] ?? 0);
  if (mark !== 'II' && mark !== 'MM') return null;
  const littleEndian = mark === 'II';
  if (view.getUint16(2, littleEndian) !== 42) return null;
  return { view, littleEndian, first: view.getUint32(4, littleEndian) };
}
