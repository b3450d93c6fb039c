import { groupBy } from '@radweave/artifacts/group-by';
import type { Dataset } from '../dicom/dataset.ts';
import { TAG } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';
import { requireSize } from '../files/growth.ts';
import { cross, dot, type Frame, minus, unit, type Vector } from '../series/frames.ts';
import type { Slice, Stack } from '../series/stack.ts';
import { filled, type Outline } from './fill.ts';
import { chosenNames } from './names.ts';

/** A contour may lie this share of the distance of slices beside its slice. */
export const BESIDE = 0.1;

/**
 * Fills the contours of an RTSTRUCT on the slices they were drawn on (PS3.3, C.8.8.6).
 *
 * @returns for each slice of the stack the pixels of the lesion; null where there are none.
 * @throws FileFault where a contour lies on no slice or beyond its edges, or names are unclear.
 */
export function contourPixels(dataset: Dataset, name: string | null, stack: Stack): (Uint8Array | null)[] {
  for (const { image } of stack.slices) requireSize(image.columns, image.rows);
  const regions = dataset.items(TAG.regions).map((one) => ({
    number: one.decimal(TAG.regionNumber) ?? -1,
    name: one.text(TAG.regionName),
  }));
  const found: (Uint8Array | null)[] = stack.slices.map(() => null);
  for (const { number, name: called } of chosenNames(regions, name, 'regions')) {
    const own = dataset.items(TAG.regionContours).find((one) => one.decimal(TAG.referencedRegion) === number);
    const contours = (own?.items(TAG.contours) ?? []).map((one) => laid(pointsOf(one, called), stack));
    for (const [index, there] of groupBy(contours, (one) => one.index)) {
      const { columns, rows } = (stack.slices[index] as Slice).image;
      const outlines = there.map(({ outline }) => outline);
      const pixels = filled(outlines, columns, rows);
      const before = found[index] ?? null;
      found[index] = before === null ? pixels : before.map((one, i) => one | (pixels[i] as number));
    }
  }
  return found;
}

function pointsOf(contour: Dataset, name: string): Vector[] {
  const type = contour.text(TAG.contourType);
  if (!type.startsWith('CLOSED_PLANAR'))
    throw new FileFault(`a contour of '${name}' is ${type || 'of no type'}, not a closed one`);
  const numbers = contour.texts(TAG.contourPoints).map(Number);
  if (numbers.length < 9 || numbers.length % 3 !== 0 || !numbers.every(Number.isFinite))
    throw new FileFault(
      `the coordinates of a contour of '${name}' (${numbers.length}) are not those of three points or more, or some are not numbers`,
    );
  return Array.from(
    { length: numbers.length / 3 },
    (_, i) => numbers.slice(3 * i, 3 * i + 3) as unknown as Vector,
  );
}

/** The slice of a contour, and the contour in its pixels. */
function laid(points: readonly Vector[], stack: Stack): { index: number; outline: Outline } {
  const distances = stack.slices.map(({ frame }) =>
    points.reduce((most, point) => Math.max(most, Math.abs(height(point, frame))), 0),
  );
  const index = distances.indexOf(Math.min(...distances));
  const slice = stack.slices[index];
  const most = BESIDE * (stack.distance ?? slice?.frame.thickness ?? 0);
  const apart = distances[index] ?? Infinity;
  if (slice === undefined || !(apart <= Math.max(most, 0.01))) {
    throw new FileFault(
      `the mask does not fit the image: a contour lies ${apart.toPrecision(3)} mm beside the nearest slice`,
    );
  }
  const outline = points.map((point) => pixelOf(point, slice.frame));
  const { columns, rows } = slice.image;
  const isInside = outline.every(([x, y]) => x >= -0.6 && y >= -0.6 && x <= columns - 0.4 && y <= rows - 0.4);
  if (!isInside)
    throw new FileFault('the mask does not fit the image: a contour goes beyond the edges of its slice');
  return { index, outline };
}

function placeOf(frame: Frame): {
  position: Vector;
  directions: readonly [Vector, Vector];
  spacing: readonly [number, number];
} {
  const { position, directions, spacing } = frame;
  if (position !== null && directions !== null && spacing !== null) return { position, directions, spacing };
  throw new FileFault('the image does not say where its slices lie, so no mask can fit it');
}

/** Above the plane of a slice, in mm. */
function height(point: Vector, frame: Frame): number {
  const { position, directions } = placeOf(frame);
  return dot(minus(point, position), unit(cross(...directions)));
}

function pixelOf(point: Vector, frame: Frame): [number, number] {
  const { position, directions, spacing } = placeOf(frame);
  const from = minus(point, position);
  return [dot(from, unit(directions[0])) / spacing[1], dot(from, unit(directions[1])) / spacing[0]];
}
