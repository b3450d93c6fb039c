import type { Dataset } from '../dicom/dataset.ts';
import { TAG } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';

export type Vector = readonly [x: number, y: number, z: number];

/** Where a frame lies and what its samples mean. Lengths in mm, in the patient's system (PS3.3, C.7.6.2). */
export interface Frame {
  /** From 0. */
  readonly index: number;
  /** Centre of the first pixel; null where it is not said. */
  readonly position: Vector | null;
  /** Direction along a row, then along a column. */
  readonly directions: readonly [Vector, Vector] | null;
  /** Between rows, then between columns. */
  readonly spacing: readonly [number, number] | null;
  readonly thickness: number | null;
  /** Both are NaN where the file has something that is no number. */
  readonly slope: number;
  readonly intercept: number;
  /** Whether the file says both. */
  readonly isRescaled: boolean;
  /** What slope and intercept make (Rescale Type), often empty; null where the file has no intercept. */
  readonly unit: string | null;
  /** Elements that should be numbers and are none, with what they are. */
  readonly unread: readonly { readonly name: string; readonly text: string }[];
  /** What tells images of one place apart: acquisition, time, echo, b value, kind of image. */
  readonly apart: readonly string[];
}

/** The frames of an image: one, or those of its functional groups. @throws FileFault where groups are missing. */
export function framesOf(dataset: Dataset): Frame[] {
  const count = Math.max(1, dataset.decimal(TAG.frames) ?? 1);
  const [shared] = dataset.items(TAG.sharedGroups);
  const groups = dataset.items(TAG.frameGroups);
  if (groups.length > 0 && groups.length < count) {
    throw new FileFault(`frames declared: ${count}, described: ${groups.length}`);
  }
  // Who declares any number of frames would make a list of any length.
  return Array.from({ length: Math.min(count, 1 << 16) }, (_, index) =>
    frameOf(dataset, { shared, own: groups[index], index }),
  );
}

function frameOf(
  dataset: Dataset,
  { shared, own, index }: { shared: Dataset | undefined; own: Dataset | undefined; index: number },
): Frame {
  const within = (group: number): Dataset => own?.items(group)[0] ?? shared?.items(group)[0] ?? dataset;
  const measures = within(TAG.pixelMeasures);
  const transformed = within(TAG.valueTransformation);
  const kind = within(TAG.frameType);
  return {
    index,
    position: vector(within(TAG.planePosition).decimals(TAG.position)),
    directions: directionsOf(within(TAG.planeOrientation).decimals(TAG.orientation)),
    spacing: spacingOf(measures.decimals(TAG.spacing)),
    thickness: measures.decimal(TAG.thickness) ?? null,
    slope: rescale(transformed, TAG.slope, 1),
    intercept: rescale(transformed, TAG.intercept, 0),
    isRescaled: transformed.has(TAG.slope) && transformed.has(TAG.intercept),
    unread: [
      ...unreadIn(measures, { PixelSpacing: TAG.spacing, SliceThickness: TAG.thickness }),
      ...unreadIn(within(TAG.planePosition), { ImagePositionPatient: TAG.position }),
      ...unreadIn(within(TAG.planeOrientation), { ImageOrientationPatient: TAG.orientation }),
      ...unreadIn(dataset, OF_IMAGE),
    ],
    unit: transformed.has(TAG.intercept) ? transformed.text(TAG.rescaleType) : null,
    apart: [
      dataset.text(TAG.acquisitionNumber),
      dataset.text(TAG.temporalPosition) || within(TAG.frameContent).longs(TAG.temporalIndex).join(),
      dataset.text(TAG.echoNumber),
      dataset.text(TAG.echoTime) || within(TAG.mrEcho).doubles(TAG.effectiveEchoTime).join(),
      within(TAG.mrDiffusion).doubles(TAG.diffusionB).join(),
      kind.text(TAG.frameKind) || dataset.text(TAG.imageType),
    ],
  };
}

/** What rules and order read of the image as a whole. */
const OF_IMAGE = {
  InstanceNumber: TAG.instanceNumber,
  EchoTime: TAG.echoTime,
  RepetitionTime: TAG.repetitionTime,
  InversionTime: TAG.inversionTime,
};

function unreadIn(dataset: Dataset, tags: Readonly<Record<string, number>>): Frame['unread'] {
  return Object.entries(tags).flatMap(([name, tag]) =>
    dataset.has(tag) && dataset.decimals(tag).length === 0 && dataset.text(tag) !== ''
      ? [{ name, text: dataset.text(tag) }]
      : [],
  );
}

function rescale(transformed: Dataset, tag: number, absent: number): number {
  return transformed.text(tag) === '' ? absent : (transformed.decimal(tag) ?? Number.NaN);
}

function vector([x, y, z]: readonly number[]): Vector | null {
  return x === undefined || y === undefined || z === undefined ? null : [x, y, z];
}

function directionsOf(numbers: readonly number[]): [Vector, Vector] | null {
  const along = vector(numbers.slice(0, 3));
  const down = vector(numbers.slice(3, 6));
  return along === null || down === null || length(cross(along, down)) < 0.5 ? null : [along, down];
}

function spacingOf([rows, columns]: readonly number[]): [number, number] | null {
  return rows === undefined || columns === undefined || rows <= 0 || columns <= 0 ? null : [rows, columns];
}

export function cross([a, b, c]: Vector, [d, e, f]: Vector): Vector {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

export function dot([a, b, c]: Vector, [d, e, f]: Vector): number {
  return a * d + b * e + c * f;
}

export function length(one: Vector): number {
  return Math.sqrt(dot(one, one));
}

/** A vector of length 1. */
export function unit(one: Vector): Vector {
  const size = length(one) || 1;
  return [one[0] / size, one[1] / size, one[2] / size];
}

export function minus(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
