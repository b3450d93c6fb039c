import { createHash } from 'node:crypto';
import { groupBy } from '@radweave/artifacts/group-by';
import { naturalCompare } from '@radweave/artifacts/natural';
import { and, counted } from '@radweave/remarks';
import { cross, dot, type Frame, length, OF_PLACE, unit, type Vector } from './frames.ts';
import type { Image } from './image.ts';

/** A frame of a file, as a slice of a stack. */
export interface Slice {
  readonly image: Image;
  readonly frame: Frame;
  /** Along the normal of the stack, in mm; null without geometry. */
  readonly at: number | null;
}

/** Slices of one series that lie in parallel, one for each place, in order. */
export interface Stack {
  /** Hash of the series, and of the part of it where there are several. */
  readonly id: string;
  readonly images: readonly Image[];
  readonly slices: readonly Slice[];
  readonly plane: Plane;
  /** Between neighbours, in mm; null without geometry. */
  readonly distance: number | null;
  /** Slices are shifted against each other, as a tilted gantry does it. */
  readonly sheared: boolean;
  /** Distances of more than one and a half of the usual one. */
  readonly gaps: number;
  /** What is odd about the geometry, in words. */
  readonly notes: readonly Oddity[];
  /** Why it cannot be put in order; null where it can. */
  readonly fault: string | null;
}

/** What is odd about a series, in words. */
export interface Oddity {
  /** The same for all series that have it, whatever their numbers are. */
  readonly kind: string;
  readonly text: string;
}

export type Plane = 'axial' | 'coronal' | 'sagittal' | 'oblique' | 'none';

/** Modalities of the standard whose images are cuts through a volume. */
const CUTS = ['CT', 'MR', 'PT', 'NM'];
/** Slices nearer than this are at one place, in mm. */
const SAME_PLACE = 0.01;
/** Neighbours are this many times the usual distance apart where a slice is missing. */
const GAP = 1.5;
/** In degrees; less is rounding. */
const LEAST_SHEAR = 0.5;
/** cos 25°: a gantry that tilts from slice to slice is one stack, the planes of a localizer are three. */
const PARALLEL = 0.906;

/** Groups of what has the same key, each in the order of the list. */
export function grouped<T>(all: readonly T[], keyOf: (one: T) => string): T[][] {
  return [...groupBy(all, keyOf).values()];
}

/** @param told What is known of the series as a whole. */
export function stacksOf(
  images: readonly Image[],
  told: Pick<Stack, 'notes' | 'fault'> = { notes: [], fault: null },
): Stack[] {
  const slices = images.flatMap((image) => image.frames.map((frame): Slice => ({ image, frame, at: null })));
  const parts = byShape(slices).flatMap(byRepetition);
  return parts.map((part) => stackOf(part, parts.length > 1, told));
}

function normalOf({ directions }: Frame): Vector | null {
  return directions === null ? null : unit(cross(directions[0], directions[1]));
}

/** Those of one size, also in mm, and direction. */
function byShape(slices: readonly Slice[]): Slice[][] {
  const groups: Slice[][] = [];
  for (const slice of slices) {
    const group = groups.find(([first]) => first !== undefined && isAlike(first, slice));
    if (group === undefined) groups.push([slice]);
    else group.push(slice);
  }
  return groups;
}

function isAlike(a: Slice, b: Slice): boolean {
  // Pictures have no size in mm, and each is fitted by itself.
  if (a.image.source.kind === 'picture') return true;
  if (a.image.rows !== b.image.rows || a.image.columns !== b.image.columns) return false;
  if (!isSameSpacing(a.frame.spacing, b.frame.spacing)) return false;
  if (a.frame.directions === null || b.frame.directions === null) {
    return a.frame.directions === b.frame.directions;
  }
  const [row, column] = a.frame.directions;
  return dot(row, b.frame.directions[0]) > PARALLEL && dot(column, b.frame.directions[1]) > PARALLEL;
}

/** To one percent. */
function isSameSpacing(a: Frame['spacing'], b: Frame['spacing']): boolean {
  if (a === null || b === null) return a === b;
  return a.every((one, i) => Math.abs(one - (b[i] ?? 0)) <= 0.01 * one);
}

/** Where several images lie at one place, something tells them apart: the time, the echo, …. */
function byRepetition(slices: Slice[]): Slice[][] {
  if (!repeats(slices)) return [slices];
  const ways = slices[0]?.frame.apart.length ?? 0;
  for (let way = 0; way < ways; way++) {
    const parts = grouped(slices, ({ frame }) => frame.apart[way] ?? '');
    if (parts.length > 1 && parts.every((part) => !repeats(part))) return parts;
  }
  return [slices];
}

function repeats(slices: readonly Slice[]): boolean {
  const ordered = inOrder(slices);
  return ordered.some(
    ({ at }, i) => i > 0 && at !== null && at - (ordered[i - 1]?.at ?? -Infinity) < SAME_PLACE,
  );
}

/** Along the mean normal, never by name; what has no place, such as a radiograph, by number, and pictures by name. */
function inOrder(slices: readonly Slice[]): Slice[] {
  if (slices.some(({ frame }) => frame.position === null || frame.directions === null)) {
    return [...slices].sort(
      (a, b) => a.image.number - b.image.number || naturalCompare(a.image.path, b.image.path),
    );
  }
  const sum = [0, 1, 2].map((axis) =>
    slices.reduce((total, { frame }) => total + (normalOf(frame)?.[axis] ?? 0), 0),
  ) as unknown as Vector;
  const normal = unit(sum);
  return slices
    .map((slice) => ({ ...slice, at: dot(slice.frame.position ?? [0, 0, 0], normal) }))
    .sort((a, b) => a.at - b.at);
}

function stackOf(part: readonly Slice[], isPart: boolean, told: Pick<Stack, 'notes' | 'fault'>): Stack {
  const slices = inOrder(part);
  const [first] = slices as [Slice];
  const distances = slices.slice(1).flatMap(({ at }, i) => (at === null ? [] : [at - (slices[i]?.at ?? 0)]));
  const sorted = [...distances].sort((a, b) => a - b);
  const distance = sorted[Math.floor(sorted.length / 2)] ?? null;
  const shear = largestShear(slices);
  const { series, facts } = first.image;
  const { rows, columns } = first.image;
  const key = JSON.stringify([rows, columns, first.frame.apart, first.frame.directions, first.frame.spacing]);
  return {
    id: isPart ? `${series}.${createHash('sha256').update(key).digest('hex').slice(0, 8)}` : series,
    images: [...new Set(slices.map(({ image }) => image))],
    slices,
    plane: planeOf(first.frame),
    distance,
    gaps: distances.filter((one) => one > GAP * (distance ?? 0)).length,
    sheared: shear >= LEAST_SHEAR,
    notes: [
      ...told.notes,
      ...numberNotes(slices),
      ...spacingNotes(distances, distance),
      ...(shear < LEAST_SHEAR
        ? []
        : [
            {
              kind: 'tilted',
              text: `tilted gantry: slices are shifted against each other by up to ${mm(shear)}°`,
            },
          ]),
    ],
    fault: told.fault ?? faultOf(slices, facts.type),
  };
}

export function planeOf(frame: Frame): Plane {
  const normal = normalOf(frame);
  if (normal === null) return 'none';
  const [x, y, z] = normal.map(Math.abs) as unknown as Vector;
  const most = Math.max(x, y, z);
  if (most < 0.8) return 'oblique';
  if (most === z) return 'axial';
  return most === y ? 'coronal' : 'sagittal';
}

function faultOf(slices: readonly Slice[], type: string): string | null {
  const volumes = new Set(slices.flatMap(({ image }) => (image.source.kind === 'nifti' ? [image] : [])));
  if (volumes.size > 1) {
    return `${volumes.size} volumes have the same patient and series: their names, patterns of \`files\` or a table must tell them apart`;
  }
  if (CUTS.includes(type) && slices.length > 1 && slices.some(({ at }) => at === null)) {
    return `${whyPlaceless(slices)}, so nobody can say in which order the slices lie`;
  }
  const bare = slices.filter(({ frame }) => !frame.isRescaled).length;
  const isChanged = ({ frame: { isRescaled, slope, intercept } }: Slice): boolean =>
    isRescaled && (slope !== 1 || intercept !== 0);
  if (bare > 0 && slices.some(isChanged)) {
    return `${bare} of ${counted(slices.length, 'slice')} ${bare === 1 ? 'lacks' : 'lack'} Rescale Slope or Intercept, which the others have, so nobody can say what the values mean there`;
  }
  if (!repeats(slices)) return null;
  const places = new Set(slices.map(({ at }) => Math.round((at ?? 0) / SAME_PLACE)));
  const where = places.size === 1 ? 'one place' : `${places.size} places`;
  return `at ${where} lie several images (${slices.length} in all), and nothing tells them apart`;
}

function whyPlaceless(slices: readonly Slice[]): string {
  const unread = slices.flatMap(({ frame }) => frame.unread.filter(({ name }) => OF_PLACE.includes(name)));
  const faults = new Set(unread.map(({ name, fault }) => `${name} ${fault}`));
  return faults.size === 0 ? 'position or orientation is missing' : and([...faults]);
}

/** Decimal commas, in the main. */
function numberNotes(slices: readonly Slice[]): Oddity[] {
  const all = slices.flatMap(({ frame }) => frame.unread);
  const notes = grouped(all, ({ name, fault }) => `${name} ${fault}`).map((own) => {
    const [{ name, fault, text }] = own as [(typeof own)[number]];
    const slicesOf = own.length > 1 ? `; so in ${counted(own.length, 'slice')}` : '';
    return { kind: `${name} ${fault}`, text: `${name} ${fault} (${text}${slicesOf}), and not read` };
  });
  const [first] = slices;
  const isBare = first?.image.source.kind !== 'picture' && first?.frame.spacing === null;
  const squares = 'pixels are taken for squares';
  const isThere = first?.frame.unread.some(({ name }) => name === 'PixelSpacing');
  const text = isThere ? squares : `no pixel spacing: ${squares}`;
  return isBare ? [...notes, { kind: text, text }] : notes;
}

function spacingNotes(distances: readonly number[], usual: number | null): Oddity[] {
  // Where images lie at one place that is the fault; distances say nothing then.
  if (usual === null || distances.length < 2 || Math.min(...distances) < SAME_PLACE) return [];
  const gaps = distances.filter((one) => one > GAP * usual).length;
  const least = Math.min(...distances);
  const most = Math.max(...distances);
  const isUneven = most - least > 0.05 * usual;
  return [
    ...(gaps > 0
      ? [
          {
            kind: 'gaps',
            text: `${gaps} ${gaps === 1 ? 'gap' : 'gaps'} between slices, up to ${mm(most)} mm where ${mm(usual)} mm is usual`,
          },
        ]
      : []),
    ...(isUneven && (gaps === 0 || least < 0.95 * usual)
      ? [{ kind: 'uneven', text: `uneven distances between slices: ${mm(least)} to ${mm(most)} mm` }]
      : []),
  ];
}

/** A tilted gantry shifts each slice within its plane: by how many degrees at most. */
function largestShear(slices: readonly Slice[]): number {
  return slices
    .slice(1)
    .reduce((most, slice, i) => Math.max(most, shearBetween(slices[i] as Slice, slice) ?? 0), 0);
}

function shearBetween(a: Slice, b: Slice): number | null {
  const normal = normalOf(a.frame);
  if (normal === null || a.frame.position === null || b.frame.position === null) return null;
  const [x, y, z] = a.frame.position;
  const step: Vector = [b.frame.position[0] - x, b.frame.position[1] - y, b.frame.position[2] - z];
  const along = dot(step, normal);
  const across = Math.sqrt(Math.max(0, length(step) ** 2 - along ** 2));
  return (Math.atan2(across, Math.abs(along)) * 180) / Math.PI;
}

function mm(value: number): string {
  return String(Number(value.toFixed(2)));
}
