const ORIENTATION = 274;
/** A directory entry of EXIF: tag, type, count and value. */
const ENTRY = 12;

/** How EXIF says that an image is to be turned: from 1, not at all, to 8 (TIFF 6.0, tag 274). Damaged EXIF says nothing. */
export function exifOrientation(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = bytes.length < 8 ? '' : String.fromCharCode(view.getUint8(0), view.getUint8(1));
  const little = mark === 'II';
  if ((!little && mark !== 'MM') || view.getUint16(2, little) !== 42) return 1;
  const start = view.getUint32(4, little) + 2;
  const count = start > bytes.length ? 0 : view.getUint16(start - 2, little);
  for (let at = start; at + ENTRY <= bytes.length && at < start + ENTRY * count; at += ENTRY) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const found = view.getUint16(at + 8, little);
    return found >= 1 && found <= 8 ? found : 1;
  }
  return 1;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Width and height of an image as it is seen. */
export function seenSize({ width, height }: Size, orientation: number): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** One channel as it is seen: where the first row and the first column of the file come to lie. */
export function turned<T extends Uint8Array | Uint16Array | Float32Array>(
  pixels: T,
  size: Size,
  orientation: number,
): T {
  if (orientation === 1) return pixels;
  const seen = seenSize(size, orientation);
  const out = pixels.slice() as T;
  const [fromRight, fromBottom] = [[2, 3, 6, 7].includes(orientation), [3, 4, 7, 8].includes(orientation)];
  for (let row = 0; row < seen.height; row++) {
    for (let column = 0; column < seen.width; column++) {
      const [x, y] = [fromRight ? seen.width - 1 - column : column, fromBottom ? seen.height - 1 - row : row];
      const at = orientation >= 5 ? x * size.width + y : y * size.width + x;
      out[row * seen.width + column] = pixels[at] as number;
    }
  }
  return out;
}
