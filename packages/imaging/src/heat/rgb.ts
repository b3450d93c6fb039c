/** A colour image: row-major, red, green and blue of each pixel in 8 bits. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

export function blankRgb(width: number, height: number, gray: number): RgbImage {
  return { width, height, pixels: new Uint8Array(3 * width * height).fill(gray) };
}

/**
 * Copies `image` into `sheet`, its top left corner at (x, y), every pixel as a square of `zoom` × `zoom`.
 *
 * @throws RangeError when it does not fit.
 */
export function pasteRgb(sheet: RgbImage, image: RgbImage, x: number, y: number, zoom = 1): void {
  const [width, height] = [image.width * zoom, image.height * zoom];
  if (x < 0 || y < 0 || x + width > sheet.width || y + height > sheet.height) {
    throw new RangeError(`${width}×${height} at (${x}, ${y}) does not fit ${sheet.width}×${sheet.height}`);
  }
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = 3 * (Math.floor(row / zoom) * image.width + Math.floor(column / zoom));
      sheet.pixels.set(image.pixels.subarray(from, from + 3), 3 * ((y + row) * sheet.width + x + column));
    }
  }
}
