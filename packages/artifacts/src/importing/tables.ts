import { existsSync } from 'node:fs';
import { writeSecretAtomic } from '../atomic.ts';
import { missingIn, plainLabel, spellingKey } from '../cell-values.ts';
import { formatTable, readHeader, readTable, tableFile, writeTable } from '../csv.ts';
import { type Columns, count, numberOrEmpty, patientId, type RowOf, required, text } from '../csv-columns.ts';
import { DataError, UsageError } from '../errors.ts';
import { plain } from '../find-columns.ts';
import { groupBy } from '../group-by.ts';
import { IssueCollector } from '../issues.ts';
import { type CohortTable, readCohortTable, type TableRole } from '../splits/cohort-table.ts';
import { type CarriedColumns, carriedColumns, type ToldRow } from './carried-columns.ts';

/** A slice that was written, and every decision on the way to it. */
const imported = {
  patient: patientId,
  hospital: required,
  /** A number, or the name of a class. */
  label: required,
  modality: required,
  /** Relative to the output. */
  file: required,
  /** Hashes of UIDs, by the key in `uid_key.txt`. */
  study: required,
  series: required,
  instance: required,
  /** From 1. */
  frame: count,
  description: text,
  because: text,
  /** Along the normal of the slices, in mm. */
  position: numberOrEmpty,
  plane: text,
  distance: numberOrEmpty,
  thickness: numberOrEmpty,
  rows: count,
  columns: count,
  row_spacing: numberOrEmpty,
  column_spacing: numberOrEmpty,
  transfer_syntax: text,
  photometric: text,
  slope: numberOrEmpty,
  intercept: numberOrEmpty,
  /** What the values are: HU, SUV, …. */
  unit: text,
  /** Black and white, in this unit. */
  low: numberOrEmpty,
  high: numberOrEmpty,
  how: text,
  /** Of the image within the square, in pixels. */
  width: count,
  height: count,
  notes: text,
};
export type ImportedSlice = RowOf<typeof imported>;

/** `import.csv`. */
export const { read: readImported, write: writeImported } = tableFile(imported);

/**
 * Writes `cohort_table.csv`, the table of a cohort under pseudonyms, by the names that `preprocess` knows.
 *
 * @param columns in their order. Hospitals that write `age` and `Age` mean one: the first spelling counts.
 * @param rows what is not there of a row is empty.
 */
export function writePatientsTable(
  path: string,
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string>>[],
): void {
  const spelt = spellings(columns, rows);
  const names = [...new Set(columns.map((name) => spelt.get(name) ?? name))];
  const empty = Object.fromEntries(names.map((name) => [name, '']));
  const respelt = (row: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [spelt.get(name) ?? name, cell]));
  writeTable(
    path,
    { ...textColumns(PATIENTS), ...textColumns(names) },
    rows.map((row) => ({ ...empty, ...respelt(row) })),
  );
}

/** How each column is spelt. A table that has two spellings itself means two columns. */
function spellings(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string>>[],
): ReadonlyMap<string, string> {
  const apart = new Set(
    rows.flatMap((row) => {
      const own = Object.keys(row).map(plain);
      return own.filter((name, i) => own.indexOf(name) !== i);
    }),
  );
  const first = new Map<string, string>();
  for (const name of columns) if (!first.has(plain(name))) first.set(plain(name), name);
  return new Map(
    columns.map((name) => [name, apart.has(plain(name)) ? name : (first.get(plain(name)) ?? name)]),
  );
}

/** Rows of `cohort_table.csv` by the names of its columns; none where it is not there. @throws DataError as `readTable`. */
export function readPatientsTable(path: string): Record<string, string>[] {
  return existsSync(path) ? readTable(path, textColumns(readHeader(path))) : [];
}

const PATIENTS = ['patient_id', 'hospital', 'label'];

function textColumns(names: readonly string[]): Columns<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, text]));
}

/** A file or series that was not imported; paths are relative to the folder of the export. They may hold names: this table stays with that of the pseudonyms. */
const leftOut = { path: text, patient: { ...patientId, ...text }, series: text, reason: text };
export type LeftOutFile = RowOf<typeof leftOut>;

/** `left_out.csv`, for nobody else's eyes. */
export function writeLeftOut(path: string, rows: readonly LeftOutFile[]): void {
  writeSecretAtomic(path, formatTable(leftOut, rows));
}

/** Who a patient is: the one table that leads back. */
const pseudonyms = { hospital: required, original: required, pseudonym: required };
export type Pseudonym = RowOf<typeof pseudonyms>;

/** Reads `pseudonyms.csv`. @throws DataError as `readTable`. */
export function readPseudonyms(path: string): Pseudonym[] {
  return readTable(path, pseudonyms);
}

/** `pseudonyms.csv`, for nobody else's eyes. */
export function writePseudonyms(path: string, rows: readonly Pseudonym[]): void {
  writeSecretAtomic(path, formatTable(pseudonyms, rows));
}

/** What somebody says of a patient of an export. */
export interface ListedPatient {
  readonly patient: string;
  readonly hospital: string;
  /** A number from 0, or the name of a class. */
  readonly label: string;
  readonly pseudonym?: string;
}

/** A file of pictures or of a volume, where a table says whose it is. */
export type ListedFile = ListedPatient & { readonly modality: string; readonly file: string };

/** A table of patients, or of files, and what else it says of each patient. */
export type ListedCohort = ({ readonly patients: ListedPatient[] } | { readonly files: ListedFile[] }) & {
  readonly told: readonly ToldRow[];
  /** The patients of each hospital, also of those whose rows are not read. */
  readonly hospitals: ReadonlyMap<string, ReadonlySet<string>>;
  readonly columns: CarriedColumns;
  /** As of {@link CohortTable}. */
  readonly hidden: number;
  /** The labels as they are written, with the lines that they are on; none where the table has no column of them. */
  readonly labels: readonly (Pick<ListedPatient, 'patient' | 'hospital' | 'label'> & {
    readonly line: number;
  })[];
};

/** A column that is read only here: whoever has the names that are written needs no other table. */
const PSEUDONYM = 'pseudonym';

/**
 * Reads who the patients of an export are, with the columns that `preprocess` knows, and `pseudonym` where somebody chose them. A table
 * with a column `file`, or with images and their modality, lists files, with paths below the folder of the export.
 *
 * @param named what columns are for where their names do not say it, such as `label=Diagnosis`.
 * @param ofPatients whether the files say themselves whose they are, so that the table lists patients in any case.
 * @param forAll what holds for all patients where the table has no such column; with a hospital, the rows of others are not read.
 * @throws DataError as `readCohortTable`, `E_CSV_CELL` with every cell that is empty, and `E_IMPORT` for a file that is listed twice.
 */
export function readListed(
  path: string,
  named: readonly string[],
  ofPatients: boolean,
  forAll: { readonly hospital: string | null; readonly label: string | null },
): ListedCohort {
  const table = readCohortTable(path, named);
  const { hidden } = table;
  const { image, modality } = table.columns;
  const isOfFiles = !ofPatients && image !== undefined && (modality !== undefined || plain(image) === 'file');
  requireColumns(table, forAll, isOfFiles);
  const pseudonym = table.header.findIndex((name) => plain(name) === PSEUDONYM);
  const issues = new IssueCollector();
  for (const { line, expected, cells } of table.ragged)
    issues.error('E_CSV_ROW', `expected ${expected} fields, found ${cells.length}`, `${path}, line ${line}`);
  const columns = carriedColumns(table);
  const told: ToldRow[] = [];
  const hospitals = new Map<string, Set<string>>();
  const labels: ListedCohort['labels'][number][] = [];
  const isMissing = missingIn(table.rows.map((row) => table.cell(row, 'label')));
  const rows = table.rows.flatMap((row): ListedFile[] => {
    const said = (role: TableRole, otherwise: string | null): string => {
      const cell = table.columns[role] === undefined ? otherwise : table.cell(row, role);
      if (cell === '' || cell === null)
        issues.error('E_CSV_CELL', `${table.columns[role]} is empty`, `${path}, line ${row.line}`);
      return cell ?? '';
    };
    const hospital = said('hospital', forAll.hospital);
    hospitals.set(hospital, (hospitals.get(hospital) ?? new Set()).add(table.cell(row, 'patient')));
    if (forAll.hospital !== null && hospital !== forAll.hospital) return [];
    const label = plainLabel(said('label', forAll.label));
    if (label !== '' && isMissing(label) && table.columns.label !== undefined)
      issues.error(
        'E_CSV_CELL',
        `${table.columns.label} is '${label}', which is no class`,
        `${path}, line ${row.line}`,
      );
    const patient = said('patient', null);
    if (table.columns.label !== undefined) labels.push({ line: row.line, patient, hospital, label });
    const chosen = (row.cells[pseudonym] ?? '').trim();
    const cells = columns.carried.map(({ name, at }) => [name, row.cells[at] ?? '']);
    told.push({ patient, hospital, cells: Object.fromEntries(cells) });
    const listed = {
      ...{ patient, hospital, label },
      ...(chosen === '' ? {} : { pseudonym: chosen }),
    };
    if (!isOfFiles) return [{ ...listed, modality: '', file: '' }];
    const file = said('image', null).replaceAll('\\', '/').replace(/^\.\//, '');
    return [{ ...listed, modality: said('modality', null), file }];
  });
  issues.throwIfErrors(
    'the table cannot be read',
    DataError,
    'Fill or correct these cells, or take their rows out; of merged cells only the first is filled',
  );
  if (isOfFiles) {
    requireOnce(rows, path);
    return { files: rows, told, hospitals, columns, labels, hidden };
  }
  const people = rows.map(({ modality: _modality, file: _file, ...one }) => one);
  // Visits of a patient are rows of their own, in which a class may be spelt otherwise.
  const once = groupBy(people, (one) => JSON.stringify({ ...one, label: spellingKey(one.label) }));
  return {
    patients: [...once.values()].flatMap(([one]) => one ?? []),
    told,
    hospitals,
    columns,
    labels,
    hidden,
  };
}

function requireColumns(
  { columns, header, path }: CohortTable,
  { hospital, label }: { readonly hospital: string | null; readonly label: string | null },
  isOfFiles: boolean,
): void {
  if (columns.label !== undefined && label !== null)
    throw new UsageError('E_FLAGS', '--table says the label of each patient: --label excludes it');
  const missing = [
    columns.hospital === undefined && hospital === null ? 'hospital' : '',
    columns.label === undefined && label === null ? 'label' : '',
    isOfFiles && columns.modality === undefined ? 'modality' : '',
  ].filter((role) => role !== '');
  if (missing.length === 0) return;
  throw new DataError(
    'E_CSV_COLUMNS',
    `no column gives the ${missing.join(', the ')}; found ${header.join(',')}`,
    {
      where: path,
      hint: `${header.includes('') ? 'The names of all columns must stand in the first line, with no line above them. ' : ''}Name it with --table_columns ${missing[0]}=NAME${isOfFiles ? '' : ', or give what holds for all by --hospital and --label'}`,
    },
  );
}

function requireOnce(files: readonly ListedFile[], path: string): void {
  const seen = new Set<string>();
  for (const { file } of files) {
    if (seen.has(file)) {
      throw new DataError('E_IMPORT', `the table lists the file ${file} twice`, {
        where: path,
        hint: 'Keep the row of the patient and modality that it is of',
      });
    }
    seen.add(file);
  }
}
