import { basename } from 'node:path';
import { hashFile } from '@radweave/artifacts';
import type { Dataset } from '../dicom/dataset.ts';
import { openHeader, parseFile } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';
import { readStart } from '../files/start.ts';
import { PLANES } from '../nifti/cuts.ts';
import { openNiftiHeader } from '../nifti/open.ts';
import { keyedHash } from '../series/image.ts';
import type { MaskSource } from '../series/mask-source.ts';
import { namedFile, type PathNaming } from '../series/named-files.ts';
import { type Plane, type Stack, stacksOf } from '../series/stack.ts';
import { volumesOf } from '../series/volume-image.ts';

/** A file with the outline of a lesion in an export of DICOM files, and whose it is. */
export interface MaskFile {
  /** The first of them that has images: of NIfTI the path may be read in several ways. */
  readonly patientIds: readonly string[];
  /** As decisions name it. */
  readonly instance: string;
  /** Names of the series that it refers to. */
  readonly series: readonly string[];
  /** Names of the images that it refers to. */
  readonly images: readonly string[];
  /** Of DICOM; null where the file has none, as NIfTI. */
  readonly frameOfReference: string | null;
  /** The mask, for a series that lies in this plane. */
  readonly sourceFor: (plane: Plane) => MaskSource;
}

const KINDS: Readonly<Record<string, 'seg' | 'rtstruct'>> = {
  '1.2.840.10008.5.1.4.1.1.66.4': 'seg',
  '1.2.840.10008.5.1.4.1.1.66.7': 'seg',
  '1.2.840.10008.5.1.4.1.1.481.3': 'rtstruct',
};

/** Reads what a file says of itself as a mask; null where it is none. @throws FileFault when it cannot be read. */
export function readMaskFile(path: string, key: string): MaskFile | null {
  const { dataset } = openHeader(path);
  const kind = KINDS[dataset.text(TAG.sopClass)];
  if (kind === undefined) return null;
  const patientId = dataset.text(TAG.patientId);
  const study = dataset.text(TAG.studyUid);
  const [referenced] = dataset.items(TAG.referencedFrames);
  const all =
    kind === 'seg'
      ? dataset.items(TAG.referencedSeries).map((one) => ({ study, one }))
      : (referenced?.items(TAG.referencedStudies) ?? []).flatMap((of) =>
          of
            .items(TAG.referencedSeriesOfStudy)
            .map((one) => ({ study: of.text(TAG.referencedInstance), one })),
        );
  const series = all.map((of) => keyedHash(key, [patientId, of.study, of.one.text(TAG.seriesUid)]));
  const images = all
    .flatMap(({ one }) => one.items(kind === 'seg' ? TAG.referencedInstances : TAG.contourImages))
    .map((one) => keyedHash(key, [one.text(TAG.referencedInstance)]));
  const frameOfReference =
    dataset.text(TAG.frameOfReference) || (referenced?.text(TAG.frameOfReference) ?? '');
  const instance = keyedHash(key, [hashFile(path)]);
  const source = { kind, path, instance, frameOfReference };
  return { patientIds: [patientId], instance, series, images, frameOfReference, sourceFor: () => source };
}

/** A mask that cannot be read, and whose it may be as far as it says so. */
export class TornMask extends FileFault {
  readonly owners: readonly string[];

  constructor(message: string, owners: readonly string[] = []) {
    super(message);
    this.owners = owners;
  }
}

/**
 * Whose mask a file is that cannot be read to its end, by its first elements.
 *
 * @returns an empty text where only the patient cannot be read; null where they do not say that it is a mask.
 */
export function patientOfTorn(path: string): string | null {
  const kind = beginning(path, TAG.sopClass)?.text(TAG.sopClass) ?? '';
  return kind in KINDS ? (beginning(path, TAG.patientId)?.text(TAG.patientId) ?? '') : null;
}

function beginning(path: string, last: number): Dataset | null {
  try {
    return parseFile(readStart(path).bytes, last + 1).dataset;
  } catch (error) {
    if (error instanceof FileFault) return null;
    throw error;
  }
}

/**
 * A NIfTI mask among DICOM files, whose patient its path names: by a pattern, else `P_1_mask.nii` is of `P_1`, or of `P`.
 *
 * @param name Path below the folder, with slashes.
 * @throws FileFault when it cannot be read.
 */
export function readMaskVolume(
  path: string,
  { name, naming, key }: { name: string; naming: PathNaming; key: string },
): MaskFile {
  const header = openNiftiHeader(path);
  const stem = basename(name).replace(/\.nii(\.gz)?$/i, '');
  const ends = [stem.length, ...[...stem.matchAll(/[_-]/g)].map(({ index }) => index).reverse()];
  const patientIds = [
    ...naming.patterns.flatMap((pattern) => {
      const found = namedFile(name, { ...naming, patterns: [pattern] });
      return found === null || found === 'out' ? [] : found.patient;
    }),
    ...ends.map((end) => stem.slice(0, end)),
  ];
  const named = { patient: patientIds[0] ?? stem, hospital: null, label: null, series: '' };
  const cut = (plane: Plane): Stack => {
    const images = volumesOf(path, header, named, {
      key,
      type: '',
      plane: PLANES.find((one) => one === plane) ?? 'axial',
    });
    const [stack] = stacksOf(images.slice(0, 1));
    if (images.length === 1 && stack !== undefined) return stack;
    throw new FileFault('a mask of several volumes is not read');
  };
  const instance = cut('axial').images[0]?.instance ?? '';
  const sourceFor = (plane: Plane): MaskSource => ({ kind: 'volume', path, instance, stack: cut(plane) });
  return { patientIds, instance, series: [], images: [], frameOfReference: null, sourceFor };
}
