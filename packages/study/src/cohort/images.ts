import {
  type Config,
  DataError,
  type IssueCollector,
  type RejectedImage,
  splitFiles,
  writeRejected,
} from '@radweave/artifacts';
import { type Resizing, type ScannedSlice, type SliceFacts, scanSlices } from '@radweave/imaging';
import { counted, type Remark, remark } from '@radweave/remarks';
import { type StageContext, warn } from '../context/events.ts';
import { Brightness } from './brightness.ts';
import type { FoundSlice } from './found.ts';
import { CONFLICT_REMEDY, type CohortMember, type Gathered } from './patients.ts';

/** What the check of the images found, by remark. */
export interface ImageCheck {
  rejected: RejectedImage[];
  /** Slices of two gray values, which are left out. */
  masks: FoundSlice[];
  /** Accepted slices with something to know: `rgb with equal channels`, `16 bit`, `blank`, … */
  remarks: Record<string, number>;
  facts: Map<string, SliceFacts>;
  brightness: Brightness;
}

/** The slices of members, in the order in which they are checked. */
export function slicesOf(members: readonly CohortMember[]): FoundSlice[] {
  return members.flatMap((member) => [...member.slices.values()].flat());
}

/** What is found by decoding and hashing slices, in their order, some at a time. */
export type Scan = (paths: readonly string[]) => AsyncIterable<readonly ScannedSlice[]>;

/** Decodes and hashes slices here. @param threads 0 leaves their number to the machine. */
export function scanHere(threads: number, context: StageContext): Scan {
  return (paths) =>
    scanSlices(paths, {
      threads: threads === 0 ? undefined : threads,
      profile: true,
      onProgress: (done, total) => context.emit({ kind: 'progress', task: 'checking images', done, total }),
    });
}

/** Checks every slice of the members. */
export async function checkImages(
  members: readonly CohortMember[],
  imageSize: number,
  resize: Resizing,
  scan: Scan,
): Promise<ImageCheck> {
  const slices = slicesOf(members);
  const check: ImageCheck = {
    rejected: [],
    masks: [],
    remarks: {},
    facts: new Map(),
    brightness: new Brightness(),
  };
  let i = 0;
  for await (const batch of scan(slices.map((slice) => slice.path))) {
    for (const result of batch) {
      const slice = slices[i++];
      if (slice !== undefined) add(check, slice, result, imageSize, resize);
    }
  }
  return check;
}

/** @param size width and height that a slice must have, or gets. */
function add(
  check: ImageCheck,
  slice: FoundSlice,
  result: ScannedSlice,
  size: number,
  resize: Resizing,
): void {
  if (result.fault !== undefined) {
    check.rejected.push(rejection(slice, `${result.fault.code}: ${result.fault.text}`));
  } else if (resize === false && (result.width !== size || result.height !== size)) {
    check.rejected.push(rejection(slice, `SIZE: ${result.width}×${result.height}, expected ${size}×${size}`));
  } else if (resize === true && result.width !== result.height) {
    check.rejected.push(rejection(slice, `SHAPE: ${result.width}×${result.height} is not square`));
  } else if (result.twoValued) {
    check.masks.push(slice);
  } else {
    check.brightness.add(slice, result);
    // Added up already; a hundred thousand of them would fill the memory.
    result.profile = undefined;
    check.facts.set(slice.path, result);
    for (const remark of [...remarksOf(result), ...sizeRemarks(result, size, resize)])
      check.remarks[remark] = (check.remarks[remark] ?? 0) + 1;
  }
}

export function rejection(slice: FoundSlice, reason: string): RejectedImage {
  const { path, patient, hospital, modality } = slice;
  return { image_path: path, patient, hospital, modality, reason };
}

function readAsGray(colour: SliceFacts['colour']): string {
  const channels = colour === 'near-gray' ? 'channels that differ by 3 of 255 at most' : 'equal channels';
  return `color file with ${channels}, read as gray`;
}

function remarksOf(facts: SliceFacts): string[] {
  return [
    ...(facts.colour === 'gray' ? [] : [readAsGray(facts.colour)]),
    ...(facts.bitDepth === 16 ? ['16 bit'] : []),
    ...(facts.lowRange ? ['16 bit using under a quarter of the range'] : []),
    ...(facts.constant ? ['blank'] : []),
  ];
}

function sizeRemarks({ width, height }: SliceFacts, size: number, resize: Resizing): string[] {
  if (width === size && height === size) return [];
  const made = resize === 'pad' ? 'given black margins' : 'stretched';
  return [width === height ? 'resized' : `not square, ${made}`];
}

export function withoutRejected(members: readonly CohortMember[], check: ImageCheck): CohortMember[] {
  return members.map((member) => {
    const slices = new Map<string, FoundSlice[]>();
    for (const [modality, list] of member.slices) {
      slices.set(
        modality,
        list.filter(({ path }) => check.facts.has(path)),
      );
    }
    return { ...member, slices };
  });
}

/**
 * Merges folds: the same file name with the same pixels in the same patient and modality is one slice. Other pixels under
 * the same name are an issue, since nobody can tell which is right.
 */
export function mergeFolds(
  members: readonly CohortMember[],
  check: ImageCheck,
  issues: IssueCollector,
): { members: CohortMember[]; merged: number } {
  let merged = 0;
  const done = members.map((member) => {
    const slices = new Map<string, FoundSlice[]>();
    for (const [modality, list] of member.slices) {
      const byName = new Map<string, FoundSlice>();
      for (const slice of list) {
        const first = byName.get(slice.file);
        if (first === undefined) byName.set(slice.file, slice);
        else if (contentOf(check, first) === contentOf(check, slice)) merged++;
        else {
          issues.error(
            'E_FOLD_CONFLICT',
            `${slice.file} of patient ${member.patient} has other pixels in another fold`,
            `${first.path} and ${slice.path}`,
            'Remove the wrong one',
          );
        }
      }
      slices.set(modality, [...byName.values()]);
    }
    return { ...member, slices };
  });
  return { members: done, merged };
}

/** Patients that share an image (blank ones aside): an issue, or left out when `excludeConflicts` is set. */
export function findSharedImages(
  gathered: Gathered,
  check: ImageCheck,
  excludeConflicts: boolean,
  issues: IssueCollector,
): Gathered {
  const owners = new Map<string, FoundSlice>();
  const shared = new Map<string, Remark>();
  for (const member of gathered.members) {
    for (const slice of [...member.slices.values()].flat()) {
      const facts = check.facts.get(slice.path);
      if (facts === undefined || facts.constant) continue;
      const owner = owners.get(facts.contentHash);
      if (owner === undefined) {
        owners.set(facts.contentHash, slice);
      } else if (owner.patient !== member.patient) {
        const text = `patients ${owner.patient} and ${member.patient} share an image`;
        if (!excludeConflicts && !shared.has(member.patient)) {
          issues.error('E_SHARED_IMAGE', text, `${owner.path} and ${slice.path}`, CONFLICT_REMEDY);
        }
        shared.set(owner.patient, remark('excluded-shared-image', { patient: member.patient }));
        shared.set(member.patient, remark('excluded-shared-image', { patient: owner.patient }));
      }
    }
  }
  return {
    ...gathered,
    members: gathered.members.filter(({ patient }) => !shared.has(patient)),
    exclusions: [
      ...gathered.exclusions,
      ...gathered.members.flatMap(({ patient, hospital }) => {
        const detail = shared.get(patient);
        return detail === undefined ? [] : [{ patient, hospital, reason: 'conflict', detail }];
      }),
    ],
  };
}

function contentOf(check: ImageCheck, slice: FoundSlice): string | undefined {
  return check.facts.get(slice.path)?.contentHash;
}

/**
 * Lists images that cannot be used.
 *
 * @throws DataError `E_IMAGES` unless they are to be left out.
 */
export function refuseOrSkip(
  check: ImageCheck,
  data: Config['data'],
  skip: boolean,
  context: StageContext,
): void {
  const path = splitFiles(data.splits_dir).rejected;
  writeRejected(path, check.rejected);
  const [first] = check.rejected;
  const text = `${counted(check.rejected.length, 'image')} cannot be used, such as ${first?.image_path} (${first?.reason})`;
  if (skip) {
    warn(context, `${text}. They are left out and listed in ${path}.`);
    return;
  }
  const areAll = (code: string): boolean => check.rejected.every(({ reason }) => reason.startsWith(code));
  throw new DataError('E_IMAGES', text, {
    where: path,
    hint: areAll('SIZE')
      ? 'Use --resize to resize them, or --image_size for another size'
      : areAll('SHAPE')
        ? 'Give them black margins with --set data.resize=pad, or distort them with --set data.resize=stretch'
        : 'Fix or remove them, or leave them out with --skip_unreadable',
  });
}
