import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { eachRow, writeTable } from '../csv.ts';
import { type Columns, count, required } from '../csv-columns.ts';
import { IssueCollector } from '../issues.ts';
import { folderName } from '../names.ts';
import { parseSlicePath, resolveSlicePath, SLICE_LAYOUT } from './slice-path.ts';

/** The three sets of patients. `test` is the external validation. */
export type Split = 'train' | 'val' | 'test';

export const SPLITS: readonly Split[] = ['train', 'val', 'test'];

/** A row of `{split}_{modality}.csv`, as on disk. */
export interface SplitRow {
  readonly image_path: string;
  readonly label: number;
}

/** A slice with its patient and hospital. */
export interface SliceRecord {
  /** Where the image lies on this machine. */
  readonly path: string;
  readonly label: number;
  readonly patient: string;
  readonly hospital: string;
  readonly modality: string;
  /** Number of the folder `grade{n}`. */
  readonly grade: number;
}

const columns: Columns<SplitRow> = { image_path: required, label: count };

/** `{folder}/{split}_{modality}.csv`. */
export function splitPath(folder: string, split: Split, modality: string): string {
  return join(folder, `${split}_${folderName('modality', modality)}.csv`);
}

/**
 * Writes a split file with exactly the columns `image_path,label`.
 *
 * @param options.relative Write paths relative to the file, with forward slashes, so that data and splits can be moved
 *   together. A path on another Windows drive stays absolute.
 */
export function writeSplit(
  path: string,
  rows: readonly SplitRow[],
  options: { relative?: boolean } = {},
): void {
  const place = (image: string): string => {
    const below = relative(dirname(path), image);
    return isAbsolute(below) ? image : below.split(sep).join('/');
  };
  const written =
    options.relative === true ? rows.map((row) => ({ ...row, image_path: place(row.image_path) })) : rows;
  writeTable(path, columns, written);
}

/**
 * Reads a split file, ours or a user's own with the same two columns. Patient, hospital and modality come from the
 * path.
 *
 * @param options.rootDir Data root on this machine, for data that was moved since the file was written.
 * @param options.allowConflicts Also accept a patient with two labels or in two hospitals, to report it.
 * @returns the slices in file order.
 * @throws DataError as {@link eachRow}, `E_SPLIT_PATH` for paths that do not end in the layout, and
 *   `E_SPLIT_PATIENT` for a patient with two labels or in two hospitals.
 */
export function readSplit(
  path: string,
  options: { rootDir?: string | undefined; allowConflicts?: boolean } = {},
): SliceRecord[] {
  const issues = new IssueCollector();
  const slices: SliceRecord[] = [];
  const patients = new Map<string, SliceRecord>();
  const reported = new Set<string>();
  let number = 0;
  eachRow(path, columns, (row) => {
    const at = `${path}, row ${++number}`;
    const place = parseSlicePath(row.image_path);
    if (place === undefined) {
      issues.error('E_SPLIT_PATH', `'${row.image_path}' does not end in ${SLICE_LAYOUT}`, at);
      return;
    }
    const { patient, hospital, modality, grade } = place;
    const slicePath = resolveSlicePath(row.image_path, place, dirname(path), options.rootDir);
    const slice = { path: slicePath, label: row.label, patient, hospital, modality, grade };
    slices.push(slice);
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
  return slices;
}
