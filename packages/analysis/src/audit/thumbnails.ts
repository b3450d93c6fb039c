import { decodeSlice, readSliceFile, resizeSlice } from '@radweave/imaging';

/** Pixels on a side: enough to tell two patients' anatomy apart, few enough that noise and encoding do not matter. */
const SIDE = 64;

/** Kept decoded slices: about 160 MB. */
const KEPT = 10_000;

/** Small copies of slices, standardised, for comparing many pairs. */
export class Thumbnails {
  private readonly known = new Map<string, Float32Array>();

  /** Pearson correlation of two slices' pixels, -1 to 1; 0 with a slice that is constant at this size. */
  correlation(first: string, second: string): number {
    const [a, b] = [this.of(first), this.of(second)];
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
    return Math.max(-1, Math.min(1, sum));
  }

  private of(path: string): Float32Array {
    const known = this.known.get(path);
    if (known !== undefined) return known;
    if (this.known.size === KEPT) this.known.clear();
    const made = standardised(resizeSlice(decodeSlice(readSliceFile(path), path), SIDE, SIDE).pixels);
    this.known.set(path, made);
    return made;
  }
}

/** Mean 0 and length 1, so that a scalar product is a correlation. */
function standardised(pixels: Uint8Array | Uint16Array): Float32Array {
  const values = Float32Array.from(pixels);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? centred : centred.map((value) => value / length);
}
