import { FileFault } from '../files/fault.ts';

/**
 * Decompresses RLE (PS3.5, annex G): each byte of each sample is a plane of its own, highest byte first.
 *
 * @param pixels Pixels of the image.
 * @param planes Samples times bytes of one.
 * @returns the bytes of the image, samples in planes, each in little endian.
 * @throws FileFault when there are other segments than these, or less in them.
 */
export function decodeRle(
  bytes: Uint8Array,
  pixels: number,
  planes: number,
  bytesOfSample: number,
): Uint8Array {
  if (bytes.length < 64) throw new FileFault('RLE: the header is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments = view.getUint32(0, true);
  if (segments !== planes) throw new FileFault(`RLE: ${segments} segments, ${planes} expected`);
  const out = new Uint8Array(pixels * planes);
  for (let plane = 0; plane < planes; plane++) {
    const start = view.getUint32(4 + 4 * plane, true);
    const end = plane + 1 < planes ? view.getUint32(8 + 4 * plane, true) : bytes.length;
    if (start < 64 || end < start || end > bytes.length) throw new FileFault('RLE: a segment lies outside');
    const sample = Math.floor(plane / bytesOfSample);
    const byte = bytesOfSample - 1 - (plane % bytesOfSample);
    const first = sample * pixels * bytesOfSample + byte;
    unpack(bytes.subarray(start, end), { out, first, step: bytesOfSample, count: pixels });
  }
  return out;
}

/** PackBits: runs of equal bytes and of different ones. */
function unpack(
  segment: Uint8Array,
  { out, first, step, count }: { out: Uint8Array; first: number; step: number; count: number },
): void {
  let done = 0;
  let at = 0;
  while (done < count && at < segment.length) {
    const control = segment[at++] ?? 0;
    if (control === 128) continue;
    const isRun = control > 128;
    const length = Math.min(isRun ? 257 - control : control + 1, count - done);
    for (let i = 0; i < length; i++) out[first + step * (done + i)] = segment[isRun ? at : at + i] ?? 0;
    at += isRun ? 1 : control + 1;
    done += length;
  }
  if (done < count || at > segment.length)
    throw new FileFault(`RLE: a segment holds ${done} pixels of ${count}`);
}
