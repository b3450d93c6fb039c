import { basename, dirname, join, relative, sep } from 'node:path';
import type { ListedFile } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { filesBelow } from '../files/below.ts';
import { FileFault } from '../files/fault.ts';
import { readStart } from '../files/start.ts';
import { patientOfTorn, readMaskFile, readMaskVolume, TornMask } from '../masks/mask-file.ts';
import { openNiftiHeader } from '../nifti/open.ts';
import { openPages } from '../pictures/open.ts';
import { type Image, readImage } from '../series/image.ts';
import { type NamedFile, namedFile } from '../series/named-files.ts';
import { pictureOf } from '../series/picture-image.ts';
import { isCalledMask } from '../series/rules.ts';
import { type VolumeWishes, volumesOf } from '../series/volume-image.ts';
import type { FoundMask } from './masks.ts';
import { type HospitalOf, keyOf } from './patients.ts';

/** What lies below a folder. */
export interface FoundImages {
  readonly files: number;
  readonly images: readonly Image[];
  /** Files that hold no slice, and why. */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
  /** Those of them that are masks, and cannot be read. */
  readonly tornMasks: readonly { readonly path: string; readonly fault: TornMask }[];
}

/**
 * Reads the images of one file.
 *
 * @param name Path below the folder, with slashes.
 * @returns the images, or why the file is left out.
 * @throws FileFault when it cannot be read.
 */
export type ImageReader = (path: string, name: string) => readonly Image[] | string;

/**
 * Reads the header of every file below a folder.
 *
 * @param onFile Called now and then; what it throws ends the search.
 */
export function findImages(
  root: string,
  read: ImageReader,
  onFile: (done: number, total: number) => void,
): FoundImages {
  const found = [...filesBelow(root)];
  const images: Image[] = [];
  const leftOut: { path: string; reason: string }[] = [];
  const tornMasks: { path: string; fault: TornMask }[] = [];
  found.forEach(({ path, isFile }, i) => {
    if (i % 50 === 0) onFile(i, found.length);
    const name = relative(root, path);
    const own = isFile ? readOrFault(() => read(path, name.split(sep).join('/'))) : NO_FILE;
    if (own instanceof TornMask) tornMasks.push({ path: name, fault: own });
    if (own instanceof FileFault) leftOut.push({ path: name, reason: own.message });
    else if (typeof own === 'string') leftOut.push({ path: name, reason: own });
    else images.push(...own);
  });
  return { files: found.length, images, leftOut, tornMasks };
}

const NIFTI_NAME = /\.nii(\.gz)?$/i;
const NO_FILE = 'a link that leads nowhere, or a pipe or device';
const UNCLEAR = 'no pattern of mapping.yaml says which patient it belongs to';
const BY_PATTERN = 'a pattern of mapping.yaml leaves it out';
const UNLISTED = 'the table does not list it';
const COLOUR = 'in colour or with a palette (--colour gray converts it)';

function readOrFault<T>(read: () => T): T | FileFault {
  try {
    return read();
  } catch (error) {
    if (error instanceof FileFault) return error;
    throw error;
  }
}

/**
 * Reads DICOM files; no name needs an extension.
 *
 * @param key Of the hashes of UIDs.
 * @param hospitalOf The files do not say it as people call it.
 * @param masks Gets the masks, with the patterns that name the patients of NIfTI masks; null leaves them out.
 */
export function dicomReader(
  { keepsColour, key, hospitalOf }: { keepsColour: boolean; key: string; hospitalOf: HospitalOf },
  masks: { readonly found: FoundMask[]; readonly patterns: readonly string[] } | null = null,
): ImageReader {
  return (path, name) => {
    if (masks !== null) {
      const { found, patterns } = masks;
      if (namedFile(name, patterns) === 'out') return BY_PATTERN;
      const mask = NIFTI_NAME.test(name)
        ? orTorn(
            () => readMaskVolume(path, { name, patterns, key }),
            () => [],
          )
        : orTorn(
            () => readMaskFile(path, key),
            () => {
              const patient = patientOfTorn(path);
              return patient === null ? null : [keyOf(hospitalOf(patient, name), patient)];
            },
          );
      if (mask !== null) {
        found.push({
          ...mask,
          path,
          owners: mask.patientIds.map((one) => keyOf(hospitalOf(one, name), one)),
        });
        return [];
      }
    }
    const image = readImage(path, key);
    if (typeof image === 'string') return image;
    if (image.isColour && !keepsColour) return COLOUR;
    return [{ ...image, hospital: hospitalOf(image.patientId, name) }];
  };
}

/** @param ownersOf Whose mask it is when it cannot be read; null where it is none. */
function orTorn<T>(read: () => T, ownersOf: () => readonly string[] | null): T {
  const result = readOrFault(read);
  if (!(result instanceof FileFault)) return result;
  const owners = ownersOf();
  throw owners === null ? result : new TornMask(result.message, owners);
}

/** Whose files are that do not say it themselves. */
export interface Naming {
  /** Of their paths. */
  readonly patterns: readonly string[];
  /** Of a patient, where the path does not say it. */
  readonly hospitalOf: HospitalOf;
  /** Gets the paths that no pattern fits. */
  readonly unclear: string[];
  /** By their paths, where a table lists files: only patterns that leave files out count then. Null without one. */
  readonly listed: ReadonlyMap<string, ListedFile> | null;
}

export function niftiReader(naming: Naming, wishes: VolumeWishes): ImageReader {
  return (path, name) => {
    const isMask = isCalledMask(basename(name).replace(NIFTI_NAME, ''));
    const header = orTorn(
      () => openNiftiHeader(path),
      () => (isMask ? [] : null),
    );
    const beside = isMask ? maskBeside(path, name, naming.patterns) : null;
    return whose(name, naming, (named) => volumesOf(path, header, named, wishes), beside);
  };
}

/** `1_A_mask.nii` is the mask of `1_A.nii`, and no image of a patient `1_A`: null where no image that begins so lies beside it. */
function maskBeside(path: string, name: string, patterns: readonly string[]): NamedFile | null {
  const stem = basename(path).replace(NIFTI_NAME, '');
  const ends = [...stem.matchAll(/[ ._-]/g)].map(({ index }) => index).reverse();
  for (const end of ends) {
    for (const ending of ['.nii.gz', '.nii']) {
      const image = `${stem.slice(0, end)}${ending}`;
      if (!existsSync(join(dirname(path), image))) continue;
      const named = namedFile(`${name.slice(0, -basename(name).length)}${image}`, patterns);
      if (named === null || named === 'out') continue;
      const rest = stem.slice(end + 1).replaceAll('_', ' ');
      return { ...named, series: `${named.series} ${rest}`.trim() };
    }
  }
  return null;
}

/** Reads pictures: PNG, JPEG, BMP and TIFF. */
export function pictureReader(naming: Naming, wishes: { keepsColour: boolean; key: string }): ImageReader {
  return (path, name) => {
    const { bytes } = readStart(path);
    const pages = openPages(bytes);
    return whose(name, naming, (named) => {
      const image = pictureOf({ path, bytes, pages }, named, wishes);
      return typeof image === 'string' ? image : [image];
    });
  };
}

/** @param beside What an image beside a mask says of both. */
function whose(
  name: string,
  { patterns, hospitalOf, unclear, listed }: Naming,
  read: (named: NamedFile) => readonly Image[] | string,
  beside: NamedFile | null = null,
): readonly Image[] | string {
  const named = namedFile(name, patterns);
  if (listed !== null) {
    const row = listed.get(name);
    if (row === undefined) return UNLISTED;
    // Whoever asks which files of the table are missing stops the import then.
    return named === 'out' ? BY_PATTERN : read({ ...row, series: row.modality });
  }
  if (named === 'out') return BY_PATTERN;
  const own = beside ?? named;
  if (own !== null) return read({ ...own, hospital: own.hospital ?? hospitalOf(own.patient, name) });
  unclear.push(name);
  return UNCLEAR;
}
