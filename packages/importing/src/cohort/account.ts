import { dirname, relative } from 'node:path';
import { compareText, type LeftOutFile, type MappedSeries } from '@radweave/artifacts';
import { and } from '@radweave/remarks';
import type { Image } from '../series/image.ts';
import { OPEN, OUT, type Proposal } from '../series/propose.ts';
import { looks } from '../series/rules.ts';
import { grouped } from '../series/stack.ts';
import type { Copy } from './copies.ts';
import type { FoundImages } from './find-images.ts';
import type { FoundMask } from './masks.ts';
import type { Imageless } from './patients.ts';

const UNLISTED = 'its patient is not in the table';
const MASK_COPY = 'the same mask in another file';
const NO_SERIES = 'a mask that belongs to no series';
const NO_IMAGE = 'in the table, without an image below the folder';

/** What fits nobody: images whose patients a table does not list, masks without a series, patients of a table without an image. */
export interface Unmatched {
  readonly images: readonly Image[];
  readonly masks: readonly string[];
  readonly patients: readonly Imageless[];
}

/** What was left out: files, copies, what fits nobody, series. Paths are relative to the folder. */
export function allLeftOut(
  found: FoundImages,
  { images, masks, patients }: Unmatched,
  {
    proposals,
    copies,
    masks: maskCopies,
  }: {
    readonly proposals: readonly Proposal[];
    readonly copies: readonly Copy[];
    readonly masks: readonly FoundMask[];
  },
  root: string,
): LeftOutFile[] {
  const whole = { patient: '', series: '' };
  return [
    ...found.leftOut.map((one) => ({ ...one, ...whole })),
    ...copies.map(({ patient, series, path, of, isRival, differs, fault }) => ({
      ...{ path: relative(root, path), patient, series },
      reason: isRival
        ? `one SOPInstanceUID with ${relative(root, of)}, and other values, another place or another modality`
        : `the same image as ${relative(root, of)}${fault === null ? (differs.length === 0 ? '' : `, with another header (${and(differs)})`) : `, and ${fault}`}`,
    })),
    ...maskCopies.map(({ path }) => ({ path: relative(root, path), ...whole, reason: MASK_COPY })),
    ...images.map(({ path, patientId: patient }) => ({
      path: relative(root, path),
      ...whole,
      patient,
      reason: UNLISTED,
    })),
    ...masks.map((path) => ({ path: relative(root, path), ...whole, reason: NO_SERIES })),
    ...patients.map(({ patient, spelt }) => ({
      path: '',
      patient,
      series: '',
      reason: spelt === null ? NO_IMAGE : `${NO_IMAGE}; images are there of ${spelt}`,
    })),
    ...proposals
      .filter(({ modality }) => modality === OUT)
      .map(({ patient, stack, because }) => ({
        path: relative(root, dirname(stack.images[0]?.path ?? root)) || '.',
        patient,
        series: stack.id,
        reason: because,
      })),
  ];
}

/** A series as `mapping.yaml` lists it. */
export function listed({ patient, stack, facts, modality, because }: Proposal): MappedSeries {
  const { description } = facts;
  return {
    series: stack.id,
    patient,
    modality,
    because,
    description,
    looks: looks(facts),
    slices: stack.slices.length,
  };
}

export function tallied(all: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of all) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

/** Series of one modality, `-` for left out, `?` for open. */
export interface SeriesCount {
  modality: string;
  patients: number;
  series: number;
  slices: number;
}

/** What becomes of a series, in words. */
export function standing(modality: string): string {
  if (modality === OUT) return 'left out';
  return modality === OPEN ? 'without a modality yet' : `of ${modality}`;
}

/** @param slicesOf How many slices count of a series; all unless masks choose. */
export function countedSeries(
  proposals: readonly Proposal[],
  slicesOf: (one: Proposal) => number = ({ stack }) => stack.slices.length,
): SeriesCount[] {
  const groups = grouped(proposals, ({ modality }) => modality);
  return groups
    .map((group) => ({
      modality: group[0]?.modality ?? '',
      patients: new Set(group.map(({ patient }) => patient)).size,
      series: group.length,
      slices: group.reduce((sum, one) => sum + slicesOf(one), 0),
    }))
    .sort((a, b) => compareText(a.modality, b.modality));
}
