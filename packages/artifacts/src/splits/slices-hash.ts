import { createHash } from 'node:crypto';
import { z } from 'zod';
import { recordOf } from '../json.ts';
import { SPLITS, type Split } from '../split.ts';
import { toldSlice } from './slice-path.ts';
import type { SplitSummary } from './summary.ts';

/** A slice of a split file, with what its image shows. */
export interface HashedSlice {
  readonly path: string;
  readonly hospital: string;
  readonly label: number;
  /** SHA-256 (hex) of the decoded pixels. */
  readonly pixels: string;
}

/**
 * Identity of the slices of one split and modality: SHA-256 (hex) over a line for each slice, in the order of the split
 * file, of its place below the data root, its label and its pixels. The same data in another folder, or encoded otherwise,
 * have the same hash; names are compared in Unicode form NFC because macOS hands out NFD.
 */
export function slicesHash(slices: readonly HashedSlice[]): string {
  const hash = createHash('sha256');
  for (const { path, hospital, label, pixels } of slices) {
    hash.update(`${JSON.stringify([toldSlice(path, hospital).normalize('NFC'), label, pixels])}\n`);
  }
  return hash.digest('hex');
}

const identity = z
  .string()
  .regex(/^(pixels|names):[0-9a-f]{64}$/, 'expected pixels: or names: and a SHA-256');

/**
 * Which slices a set of a modality had when something was made of them: `pixels:` and the {@link slicesHash} that `preprocess`
 * recorded, or `names:` and that of a split of the researchers' own without the pixels. Left out where it is not known.
 */
export const slicesIdentities = z.object({ train: identity, val: identity, test: identity }).partial();
export type SlicesIdentities = z.infer<typeof slicesIdentities>;

/** By modality. */
export const studySlices = recordOf(slicesIdentities);
export type StudySlices = z.infer<typeof studySlices>;

/** What `preprocess` recorded of the slices of modalities; `other` tells what it did not. */
export function slicesIn(
  summary: SplitSummary | null,
  modalities: readonly string[],
  other: (split: Split, modality: string) => string | undefined = () => undefined,
): StudySlices {
  const ofSet = (split: Split, modality: string): string | undefined => {
    const pixels = summary?.slices?.[modality]?.[split];
    return pixels === undefined ? other(split, modality) : `pixels:${pixels}`;
  };
  return Object.fromEntries(
    modalities.map((one) => [one, Object.fromEntries(SPLITS.map((split) => [split, ofSet(split, one)]))]),
  );
}

/** A set whose slices are others now. */
export interface ChangedSlices {
  modality: string;
  split: Split;
  /** Whether its split file lists others: of what the images show nothing is known. */
  isList: boolean;
}

/** The sets whose slices are known to be others now. Those of a split of another kind cannot be compared. */
export function changedSlices(
  then: Readonly<Record<string, SlicesIdentities | undefined>>,
  now: StudySlices,
): ChangedSlices[] {
  return Object.keys(then).flatMap((modality) =>
    SPLITS.filter((split) => {
      const [one, other] = [then[modality]?.[split], now[modality]?.[split]];
      return one !== other && one !== undefined && one.split(':')[0] === other?.split(':')[0];
    }).map((split) => ({ modality, split, isList: now[modality]?.[split]?.startsWith('names:') === true })),
  );
}
