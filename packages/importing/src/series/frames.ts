import type { Dataset } from '../dicom/dataset.ts';
import { TAG } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';
import { frameCount } from '../pixels/format.ts';

export type Vector = readonly [x: number, y: number, z: number];

/** An element that is not what it should be, such as a number. */
export interface Unread {
  readonly name: string;
  /** Behind its name, in words. */
  readonly fault: string;
  /** What stands in the file. */
  readonly text: string;
}

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
  /** Elements that are there, and not what they should be. */
  readonly unread: readonly Unread[];
  /** What tells images of one place apart: acquisition, time, echo, b value, kind of image. */
  readonly apart: readonly string[];
}

/** The frames of an image: one, or those of its functional groups. @throws FileFault where groups are missing, or their number is none. */
export function framesOf(dataset: Dataset): Frame[] {
  const count = frameCount(dataset);
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
  const [place, turn] = [within(TAG.planePosition), within(TAG.planeOrientation)];
  const position = vector(place.decimals(TAG.position));
  const directions = directionsOf(turn.decimals(TAG.orientation));
  const spacing = spacingOf(measures.decimals(TAG.spacing));
  const transformed = within(TAG.valueTransformation);
  const kind = within(TAG.frameType);
  return {
    ...{ index, position, directions, spacing },
    thickness: measures.decimal(TAG.thickness) ?? null,
    slope: rescale(transformed, TAG.slope, 1),
    intercept: rescale(transformed, TAG.intercept, 0),
    isRescaled: transformed.has(TAG.slope) && transformed.has(TAG.intercept),
    unread: [
      ...unreadAs(measures, TAG.spacing, {
        name: 'PixelSpacing',
        read: spacing,
        kind: 'two lengths above 0',
      }),
      ...unreadIn(measures, { SliceThickness: TAG.thickness }),
      ...unreadAs(place, TAG.position, { name: POSITION, read: position, kind: 'three numbers' }),
      ...unreadAs(turn, TAG.orientation, { name: ORIENTATION, read: directions, kind: 'two directions' }),
      ...unreadIn(dataset, OF_IMAGE),
      ...(dataset.text(TAG.modality) === 'PT' ? unreadOfPet(dataset) : []),
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

const POSITION = 'ImagePositionPatient';
const ORIENTATION = 'ImageOrientationPatient';
/** Without these nobody can say where a slice lies. */
export const OF_PLACE: readonly string[] = [POSITION, ORIENTATION];

/** What rules and order read of the image as a whole. */
const OF_IMAGE = {
  InstanceNumber: TAG.instanceNumber,
  EchoTime: TAG.echoTime,
  RepetitionTime: TAG.repetitionTime,
  InversionTime: TAG.inversionTime,
};

function unreadIn(dataset: Dataset, tags: Readonly<Record<string, number>>): Unread[] {
  return Object.entries(tags).flatMap(([name, tag]) => {
    const text = dataset.text(tag);
    return text !== '' && dataset.decimal(tag) === undefined ? [{ name, fault: NO_NUMBER, text }] : [];
  });
}

/** @param read What was made of its numbers; null where it is not of its kind. */
function unreadAs(
  dataset: Dataset,
  tag: number,
  { name, read, kind }: { name: string; read: object | null; kind: string },
): Unread[] {
  const text = dataset.text(tag);
  const isNumber = dataset.decimal(tag) !== undefined;
  return text === '' || read !== null ? [] : [{ name, fault: isNumber ? `is not ${kind}` : NO_NUMBER, text }];
}

/** What SUV are computed by. */
function unreadOfPet(dataset: Dataset): Unread[] {
  const [agent] = dataset.items(TAG.radiopharmaceutical);
  const ofAgent = {
    RadionuclideTotalDose: TAG.radionuclideDose,
    RadionuclideHalfLife: TAG.radionuclideHalfLife,
  };
  return [
    ...unreadIn(dataset, { PatientWeight: TAG.weight }),
    ...(agent === undefined ? [] : unreadIn(agent, ofAgent)),
  ];
}

const NO_NUMBER = 'is no number';

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
