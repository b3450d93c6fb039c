import { relative, sep } from 'node:path';
import type { ListedFile } from '@radweave/artifacts';
import { filesBelow } from '../files/below.ts';
import { FileFault } from '../files/fault.ts';
import { readStart } from '../files/start.ts';
import { patientOfTorn, readMaskFile, readMaskVolume, TornMask } from '../masks/mask-file.ts';
import { openNiftiHeader } from '../nifti/open.ts';
import { openPages } from '../pictures/open.ts';
import { type Image, readImage } from '../series/image.ts';
import { type NamedFile, namedFile, type PathNaming } from '../series/named-files.ts';
import { pictureOf } from '../series/picture-image.ts';
import { isCalledMask } from '../series/rules.ts';
import { type VolumeWishes, volumesOf } from '../series/volume-image.ts';
import { MaskNames } from './mask-names.ts';
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
 * @param own Folders that imports write: they may lie below the folder, and are passed over.
 */
export function findImages(
  root: string,
  read: ImageReader,
  onFile: (done: number, total: number) => void,
  own: readonly string[] = [],
): FoundImages {
  const found = [...filesBelow(root, own)];
  const images: Image[] = [];
  const leftOut: { path: string; reason: string }[] = [];
  const tornMasks: { path: string; fault: TornMask }[] = [];
  found.forEach(({ path, isFile }, i) => {
    if (i % 50 === 0) onFile(i, found.length);
    const name = relative(root, path);
    const own = isFile ? readUnlessHidden(path, name.split(sep).join('/'), read) : NO_FILE;
    if (own instanceof TornMask) tornMasks.push({ path: name, fault: own });
    if (own instanceof FileFault) leftOut.push({ path: name, reason: own.message });
    else if (typeof own === 'string') leftOut.push({ path: name, reason: own });
    else images.push(...own);
  });
  return { files: found.length, images, leftOut, tornMasks };
}

const NIFTI_NAME = /\.nii(\.gz)?$/i;
const PICTURE_NAME = /\.(png|jpe?g|bmp|tiff?)$/i;
const CALLED_MASK = 'called like a mask, or in a folder that is';
const HIDDEN = 'hidden: its name, or that of a folder, begins with a point';
const NO_FILE = 'a link that leads nowhere, or a pipe or device';
const UNCLEAR = 'no pattern of mapping.yaml says which patient it belongs to';
const BY_PATTERN = 'a pattern of mapping.yaml leaves it out';
const UNLISTED = 'the table does not list it';
const COLOUR = 'in colour or with a palette (--colour gray converts it)';

function readUnlessHidden(
  path: string,
  name: string,
  read: ImageReader,
): ReturnType<ImageReader> | FileFault {
  const isHidden = name.split('/').some((part) => part.startsWith('.'));
  return isHidden ? HIDDEN : readOrFault(() => read(path, name));
}

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
 * @param masks Gets the masks, with what names the patients of NIfTI masks; null leaves them out.
 */
export function dicomReader(
  { keepsColour, key, hospitalOf }: { keepsColour: boolean; key: string; hospitalOf: HospitalOf },
  masks: { readonly found: FoundMask[]; readonly naming: PathNaming } | null = null,
): ImageReader {
  return (path, name) => {
    if (masks !== null) {
      const { found, naming } = masks;
      if (namedFile(name, naming) === 'out') return BY_PATTERN;
      const mask = NIFTI_NAME.test(name)
        ? orTorn(
            () => readMaskVolume(path, { name, naming, key }),
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
export interface Naming extends PathNaming {
  /** Of a patient, where the path does not say it. */
  readonly hospitalOf: HospitalOf;
  /** Gets the paths that no pattern fits. */
  readonly unclear: string[];
  /** By their paths, where a table lists files: only patterns that leave files out count then. Null without one. */
  readonly listed: ReadonlyMap<string, ListedFile> | null;
}

export function niftiReader(naming: Naming, wishes: VolumeWishes): ImageReader {
  const names = new MaskNames(NIFTI_NAME, naming, isCalledMask);
  return (path, name) => {
    const isMask = names.isMask(path, name, folderOfHospital(name, naming));
    const header = orTorn(
      () => openNiftiHeader(path),
      () => (isMask ? [] : null),
    );
    const mask = isMask ? names.maskAs(path, name) : null;
    return whose(name, naming, (named) => volumesOf(path, header, named, wishes), mask);
  };
}

/** Reads pictures: PNG, JPEG, BMP and TIFF. Those that are called masks are slices only where a table lists them. */
export function pictureReader(naming: Naming, wishes: { keepsColour: boolean; key: string }): ImageReader {
  const names = new MaskNames(PICTURE_NAME, naming);
  return (path, name) => {
    const { bytes } = readStart(path);
    const pages = openPages(bytes);
    if (naming.listed === null && names.isMask(path, name, folderOfHospital(name, naming)))
      return namedFile(name, naming) === 'out' ? BY_PATTERN : CALLED_MASK;
    return whose(name, naming, (named) => {
      const image = pictureOf({ path, bytes, pages }, named, wishes);
      return typeof image === 'string' ? image : [image];
    });
  };
}

/** A hospital may be called as folders of masks are. */
function folderOfHospital(name: string, naming: Naming): string | null {
  const named = namedFile(name, naming);
  return named === null || named === 'out'
    ? null
    : (named.hospital ?? naming.hospitalOf(named.patient, name));
}

/** @param mask What its name says of a mask. */
function whose(
  name: string,
  naming: Naming,
  read: (named: NamedFile) => readonly Image[] | string,
  mask: NamedFile | null = null,
): readonly Image[] | string {
  const { hospitalOf, unclear, listed } = naming;
  const named = namedFile(name, naming);
  if (listed !== null) {
    const row = listed.get(name);
    if (row === undefined) return UNLISTED;
    // Whoever asks which files of the table are missing stops the import then.
    return named === 'out' ? BY_PATTERN : read({ ...row, series: row.modality });
  }
  if (named === 'out') return BY_PATTERN;
  const own = mask ?? named;
  if (own !== null) return read({ ...own, hospital: own.hospital ?? hospitalOf(own.patient, name) });
  unclear.push(name);
  return UNCLEAR;
}
