import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { eachRow, writeTable } from '../csv.ts';
import { count, type RowOf, required } from '../csv-columns.ts';
import { IssueCollector } from '../issues.ts';
import { type PatientKeys, readPatientKeys } from './patient-keys.ts';
import { listedPath, parseSlicePath, pathBelow, SLICE_LAYOUT, type SlicePlace } from './slice-path.ts';

const columns = { image_path: required, label: count };
/** A row of `{split}_{modality}.csv`, as on disk. */
type SplitRow = RowOf<typeof columns>;

/** A slice with its patient and hospital. */
export interface SliceRecord {
  /** Where the image lies on this machine. */
  readonly path: string;
  readonly label: number;
  /** The patient's key, see `PatientKeys`. */
  readonly patient: string;
  readonly hospital: string;
  readonly modality: string;
  /** Number of the folder `grade{n}`. */
  readonly grade: number;
}

/**
 * Writes a split file with exactly the columns `image_path,label`.
 *
 * @param options.relativeTo Write paths relative to this folder, where the file will lie, with forward slashes, so that data
 *   and splits can be moved together. A path on another Windows drive stays absolute.
 */
export function writeSplit(
  path: string,
  rows: readonly SplitRow[],
  options: { relativeTo?: string | undefined } = {},
): void {
  const { relativeTo } = options;
  const written =
    relativeTo === undefined
      ? rows
      : rows.map((row) => ({ ...row, image_path: relativePath(relativeTo, row.image_path) }));
  writeTable(path, columns, written);
}

/** How a split file in `folder` names a place relatively; a place on another Windows drive stays absolute. */
export function relativePath(folder: string, place: string): string {
  const below = relative(folder, place);
  return isAbsolute(below) ? place : below.split(sep).join('/');
}

/**
 * Reads a split file, ours or a user's own with these two columns. Patient, hospital and modality come from the path. A row
 * that lists an image again is left out: it would count twice.
 *
 * @param options.rootDir Data root on this machine, for data that was moved since the file was written. Where the listed
 *   images still exist, they are taken.
 * @param options.onRepeated Is told of each row that is left out.
 * @param options.allowConflicts Also accept a patient with two labels or in two hospitals, to report it.
 * @param options.keys Of the patients; where not given, those of the folder that the file lies in.
 * @returns the slices in file order.
 * @throws DataError as {@link eachRow}, `E_SPLIT_PATH` for paths that do not end in the layout, and
 *   `E_SPLIT_PATIENT` for a patient with two labels or in two hospitals.
 */
export function readSplit(
  path: string,
  options: {
    rootDir?: string | undefined;
    allowConflicts?: boolean;
    onRepeated?: (slice: SliceRecord) => void;
    keys?: PatientKeys;
  } = {},
): SliceRecord[] {
  const issues = new IssueCollector();
  const slices: SliceRecord[] = [];
  const places: SlicePlace[] = [];
  const patients = new Map<string, SliceRecord>();
  const reported = new Set<string>();
  const listedBefore = new Map<string, number>();
  const keys = options.keys ?? readPatientKeys(dirname(path));
  let number = 0;
  eachRow(path, columns, (row) => {
    const at = `${path}, row ${++number}`;
    const place = parseSlicePath(row.image_path);
    if (place === undefined) {
      issues.error('E_SPLIT_PATH', `'${row.image_path}' does not end in ${SLICE_LAYOUT}`, at);
      return;
    }
    const { hospital, modality, grade } = place;
    const patient = keys.keyOf({ id: place.patient, hospital });
    const listed = listedPath(row.image_path, dirname(path));
    const slice = { path: listed, label: row.label, patient, hospital, modality, grade };
    const key = resolve(listed);
    if (listedBefore.get(key) === slice.label) {
      options.onRepeated?.(slice);
      return;
    }
    listedBefore.set(key, slice.label);
    slices.push(slice);
    places.push(place);
    const first = patients.get(patient) ?? slice;
    patients.set(patient, first);
    const isConflict = first.label !== slice.label || first.hospital !== hospital;
    if (isConflict && options.allowConflicts !== true && !reported.has(patient)) {
      reported.add(patient);
      const both = `label ${first.label} in ${first.hospital} and label ${slice.label} in ${hospital}`;
      issues.error('E_SPLIT_PATIENT', `patient ${patient} has ${both}`, at, 'Run preprocess again');
    }
  });
  issues.throwIfErrors('the split cannot be used');
  const { rootDir } = options;
  if (rootDir === undefined || isThere(slices)) return slices;
  return slices.map((slice, i) => ({ ...slice, path: pathBelow(rootDir, places[i] as SlicePlace) }));
}

/** Some are asked for: a look at each of a hundred thousand takes long on a network drive. */
function isThere(slices: readonly SliceRecord[]): boolean {
  const some = [0, slices.length >> 1, slices.length - 1];
  return some.some((i) => existsSync(slices[i]?.path ?? ''));
}
