import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { eachRow, writeTable } from '../csv.ts';
import type { Columns } from '../csv-columns.ts';
import { IssueCollector } from '../issues.ts';
import { idOf, type PatientKeys, readPatientKeys } from './patient-keys.ts';
import { listedPath, parseSlicePath, pathBelow, SLICE_LAYOUT, tailFrom } from './slice-path.ts';
import {
  columnsIn,
  type Person,
  personColumns,
  personIn,
  type SplitRow,
  sliceColumns,
} from './split-columns.ts';

/** A slice to be listed in `{split}_{modality}.csv`. */
interface ListedSlice {
  readonly image_path: string;
  readonly label: number;
  /** By key. Where patient and hospital are not given, the path says them. */
  readonly patient?: string;
  readonly hospital?: string;
  /** What the label is called, where it has a name. */
  readonly labelName?: string | undefined;
}

/** A slice with its patient and hospital. */
export interface SliceRecord {
  /** Where the image lies on this machine. */
  readonly path: string;
  readonly label: number;
  /** What the label is called, where the file says it. */
  readonly labelName?: string | undefined;
  /** The patient's key, see `PatientKeys`. */
  readonly patient: string;
  readonly hospital: string;
  readonly modality: string;
  /** Number of the folder `grade{n}`; null where the path has none. */
  readonly grade: number | null;
}

/**
 * Writes a split file with exactly the columns `image_path,label`; where paths do not tell patient and hospital in the usual
 * layout, or labels have names, with `label_name`, `patient_id` and `hospital` beside them.
 *
 * @param options.relativeTo Write paths relative to this folder, where the file will lie, with forward slashes, so that data
 *   and splits can be moved together. A path on another Windows drive stays absolute.
 */
export function writeSplit(
  path: string,
  slices: readonly ListedSlice[],
  options: { relativeTo?: string | undefined } = {},
): void {
  const { relativeTo } = options;
  const rows = slices.map(
    ({ image_path, label, labelName = `grade${label}`, patient = '', hospital = '' }): SplitRow => ({
      image_path: relativeTo === undefined ? image_path : relativePath(relativeTo, image_path),
      label,
      label_name: labelName,
      patient_id: idOf({ patient, hospital }),
      hospital,
    }),
  );
  const more = slices.every(isToldByPath) ? {} : personColumns;
  writeTable(path, { ...sliceColumns, ...more } as Columns<SplitRow>, rows);
}

function isToldByPath({ image_path, label, labelName, patient, hospital }: ListedSlice): boolean {
  const place = parseSlicePath(image_path);
  const isTold = (name: string | undefined, told: string | undefined): boolean =>
    name === undefined || name.normalize('NFC') === told?.normalize('NFC');
  const id = patient === undefined ? undefined : idOf({ patient, hospital: hospital ?? '' });
  return (
    isTold(labelName, `grade${label}`) && isTold(id, place?.patient) && isTold(hospital, place?.hospital)
  );
}

/** How a split file in `folder` names a place relatively; a place on another Windows drive stays absolute. */
export function relativePath(folder: string, place: string): string {
  const below = relative(folder, place);
  return isAbsolute(below) ? place : below.split(sep).join('/');
}

/**
 * Reads a split file, ours or a user's own with these two columns. Patient and hospital come from the columns `patient_id` and
 * `hospital` where both are there, else from the path. A row that lists an image again is left out: it would count twice.
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
  const tails: (readonly string[] | undefined)[] = [];
  const patients = new Map<string, SliceRecord>();
  const reported = new Set<string>();
  const listedBefore = new Map<string, number>();
  const keys = options.keys ?? readPatientKeys(dirname(path));
  let number = 0;
  eachRow(path, columnsIn(path), (row) => {
    const at = `${path}, row ${++number}`;
    const person = personIn(row);
    if (person === undefined) {
      const text = `'${row.image_path}' does not end in ${SLICE_LAYOUT}`;
      issues.error('E_SPLIT_PATH', text, at, 'In another layout add the columns patient_id and hospital');
      return;
    }
    const { hospital, place } = person;
    const patient = keys.keyOf(person);
    const slice = sliceOf(row, person, patient, path);
    const key = resolve(slice.path);
    if (listedBefore.get(key) === slice.label) {
      options.onRepeated?.(slice);
      return;
    }
    listedBefore.set(key, slice.label);
    slices.push(slice);
    tails.push(place?.tail ?? tailFrom(row.image_path, hospital));
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
  return slices.map((slice, i) => {
    const tail = tails[i];
    const { hospital } = slice;
    return tail === undefined ? slice : { ...slice, path: pathBelow(rootDir, { hospital, tail }) };
  });
}

function sliceOf(row: SplitRow, { hospital, place }: Person, patient: string, path: string): SliceRecord {
  return {
    path: listedPath(row.image_path, dirname(path)),
    label: row.label,
    ...(row.label_name === undefined ? {} : { labelName: row.label_name }),
    patient,
    hospital,
    modality: place?.modality ?? modalityOf(path),
    grade: place?.grade ?? null,
  };
}

/** The modality in the name of a split file. */
function modalityOf(path: string): string {
  return basename(path, '.csv').replace(/^(?:train|val|test)_/, '');
}

/** Some are asked for: a look at each of a hundred thousand takes long on a network drive. */
function isThere(slices: readonly SliceRecord[]): boolean {
  const some = [0, slices.length >> 1, slices.length - 1];
  return some.some((i) => existsSync(slices[i]?.path ?? ''));
}
