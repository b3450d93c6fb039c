import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { localPlace } from '../object-place.ts';

/** What the place of a slice says: `ROOT/HOSPITAL/[foldK/]grade{label}/{patient}/{modality}/file.png`. */
export interface SlicePlace {
  readonly hospital: string;
  /** Number in the folder name `grade{n}`; a user's own CSV may map it to another label. */
  readonly grade: number;
  readonly patient: string;
  readonly modality: string;
  readonly file: string;
  /** HOSPITAL/…/file.png: the part below the data root, in the file system's own names. */
  readonly tail: readonly string[];
}

/** The layout, for error messages. */
export const SLICE_LAYOUT = 'HOSPITAL/[foldK/]grade{label}/{patient_id}/{modality}/file.png';

function readPlace(parts: readonly string[]): SlicePlace | undefined {
  const [file, modality, patient, gradeFolder, parent, grandparent] = [...parts].reverse();
  const grade = /^grade(\d{1,9})$/i.exec(gradeFolder ?? '')?.[1];
  const inFold = parent !== undefined && /^fold\d+$/i.test(parent);
  const hospital = inFold ? grandparent : parent;
  if (!file || !modality || !patient || grade === undefined || !hospital) return undefined;
  if ([modality, patient, hospital].some((name) => /^\.+$/.test(name))) return undefined;
  const tail = parts.slice(inFold ? -6 : -5);
  return { hospital, grade: Number(grade), patient, modality, file, tail };
}

/**
 * Reads hospital, patient, modality and grade from a slice's path, written with either kind of slash (a split made on
 * Windows can be read on Linux and the other way round).
 *
 * @returns undefined when the path does not end in the layout.
 */
export function parseSlicePath(path: string): SlicePlace | undefined {
  const windows = /^[A-Za-z]:[\\/]/.test(path) || path.startsWith('\\\\');
  // On Linux a backslash may be part of a name, so a path whole with forward slashes alone is read that way.
  const forward = windows ? undefined : readPlace(path.split('/').filter((part) => part !== ''));
  return forward ?? readPlace(path.split(/[\\/]/).filter((part) => part !== ''));
}

/** HOSPITAL/…/file.png of a path in another layout; undefined when the hospital is none of its folders. */
export function tailFrom(path: string, hospital: string): string[] | undefined {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  const at = parts.slice(0, -1).findLastIndex((part) => part.normalize('NFC') === hospital.normalize('NFC'));
  return at === -1 ? undefined : parts.slice(at);
}

/** How results name a slice: HOSPITAL/…/file.png, or what comes nearest to it, without where the data lie. */
export function toldSlice(path: string, hospital: string): string {
  const tail = parseSlicePath(path)?.tail ?? tailFrom(path, hospital) ?? path.split(/[\\/]/).slice(-3);
  return tail.join('/');
}

/** Where a split file in `folder` says that a slice lies. */
export function listedPath(path: string, folder: string): string {
  if (isAbsolute(path) || /^[A-Za-z]:[\\/]/.test(path)) return path;
  const native = path.includes('/') ? path : path.replaceAll('\\', '/');
  return resolve(folder, native);
}

/** Where a slice lies below a data root. A root that is itself the hospital's folder is accepted. */
export function pathBelow(rootDir: string, place: Pick<SlicePlace, 'hospital' | 'tail'>): string {
  const root = resolve(localPlace(rootDir));
  const isNamedSo = basename(root).normalize('NFC') === place.hospital.normalize('NFC');
  const isHospital = isNamedSo && !existsSync(join(root, place.tail[0] ?? ''));
  return join(isHospital ? dirname(root) : root, ...place.tail);
}
