import { offer } from '@radweave/remarks';
import { spellingKey } from '../cell-values.ts';
import { type RaggedRow, readRecords, tableFile } from '../csv.ts';
import { type RowOf, remarkText, text } from '../csv-columns.ts';
import { DataError, UsageError } from '../errors.ts';
import { requireNamed } from '../files/named.ts';
import { plain } from '../find-columns.ts';

/** What a column of a cohort table may be for, and what people call it; the first that is there is taken. */
const NAMES = {
  patient: [
    'patient',
    'patient_id',
    'patientid',
    'pid',
    'case',
    'case_id',
    'subject',
    'subject_id',
    'id',
    '患者',
    '患者编号',
    '病人',
    '病例号',
    '住院号',
    '编号',
  ],
  hospital: ['hospital', 'hospital_id', 'center', 'centre', 'site', 'institution', '医院', '中心', '单位'],
  label: ['label', 'class', 'grade', '标签', '类别', '分级'],
  image: [
    'image',
    'image_path',
    'image_folder',
    'path',
    'folder',
    'file',
    '图像',
    '图像路径',
    '影像',
    '文件夹',
    '文件',
  ],
  modality: ['modality', '模态', '期相'],
  split: ['split', 'set', '数据集'],
  visit: ['visit', 'session', 'timepoint', '随访', '就诊'],
} as const;

export type TableRole = keyof typeof NAMES;

/** What a column of a cohort table may be for; all others are carried along. */
export const TABLE_ROLES: readonly TableRole[] = Object.keys(NAMES) as TableRole[];

/** Whether a column is called like those that are for one of these. */
export function isCalled(name: string, roles: readonly TableRole[]): boolean {
  return roles.some((role) => NAMES[role].some((one) => one === plain(name)));
}

/** A row as it is in the file. */
export interface TableRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A table of patients that somebody keeps, with one row or several for each. */
export interface CohortTable {
  readonly path: string;
  readonly header: readonly string[];
  readonly rows: readonly TableRow[];
  /** Rows that nobody can read, as they have more or fewer fields than the header. */
  readonly ragged: readonly RaggedRow[];
  /** How many rows of a workbook a filter or somebody hides: they are read too. */
  readonly hidden: number;
  /** Names of the columns that are used, by what they are for. */
  readonly columns: Readonly<Partial<Record<TableRole, string>>>;
  /** A cell without the spaces around it; empty where there is no such column. */
  cell(row: TableRow, role: TableRole): string;
}

/** @throws UsageError where columns are named and there is no table: what they should say would be lost without a word. */
export function refuseColumnsAlone(table: string | null, named: readonly string[]): void {
  if (table !== null || named.length === 0) return;
  throw new UsageError('E_FLAGS', 'columns of a table are named, but no table is given', {
    where: '--table_columns',
    hint: 'Give --table too, or leave --table_columns out',
  });
}

/**
 * Reads a table of patients, CSV or .xlsx.
 *
 * @param named what columns are for, such as `label=Diagnosis`, where their names do not say it.
 * @throws DataError as `readTable`, and `E_CSV_COLUMNS` where no column holds the patients; UsageError for a name that is none.
 */
export function readCohortTable(path: string, named: readonly string[]): CohortTable {
  const ragged: RaggedRow[] = [];
  const { header, rows, hidden } = readRecords(requireNamed('file', path, '--table'), ragged);
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new DataError('E_CSV_COLUMNS', `the column ${twice} is there twice`, {
      where: path,
      hint: 'Rename one of them in the first line',
    });
  }
  const places: Partial<Record<TableRole, number>> = {};
  for (const role of TABLE_ROLES) {
    const at = NAMES[role]
      .map((name) => header.findIndex((one) => plain(one) === name))
      .find((i) => i !== -1);
    if (at !== undefined) places[role] = at;
  }
  for (const entry of named) {
    const [, role = '', name = ''] = /^([^=]*)=(.*)$/s.exec(entry) ?? [];
    const at = header.findIndex((one) => one.trim() === name.trim());
    if (!isRole(role) || at === -1) {
      throw new UsageError('E_CSV_COLUMNS', `'${entry}' names no column of the table`, {
        where: path,
        hint: isRole(role)
          ? offer(name, header)
          : `Give one of ${TABLE_ROLES.join(', ')}, '=', and one of: ${header.join(', ')}`,
      });
    }
    places[role] = at;
  }
  if (places.patient === undefined) {
    throw new DataError(
      'E_CSV_COLUMNS',
      `no column says which patient a row is of; found ${header.filter(Boolean).join(',') || 'none'}`,
      {
        where: path,
        hint: 'The first line (in a workbook, of its first sheet) must hold the names of the columns; name the patient column with --table_columns patient=NAME',
      },
    );
  }
  if (rows.length + ragged.length === 0) {
    throw new DataError('E_CSV_ROW', 'the table names its columns and has no row of a patient', {
      where: path,
      hint: 'Give the table with its rows; of a workbook, they must be in the first sheet',
    });
  }
  return {
    path,
    header,
    rows,
    ragged,
    hidden,
    columns: Object.fromEntries(Object.entries(places).map(([role, at]) => [role, header[at] ?? ''])),
    cell: (row, role) => (row.cells[places[role] ?? -1] ?? '').trim().normalize('NFC'),
  };
}

function isRole(name: string): name is TableRole {
  return TABLE_ROLES.some((role) => role === name);
}

/** What is left of an ID when spelling does not count: spreadsheets make a number of 007, and pandas 7.0 or 7,0. */
export function bareId(id: string): string {
  return spellingKey(id)
    .replace(/^(\d+)[.,]0+$/, '$1')
    .replace(/^0+(?=.)/, '');
}

/** Something in which a cohort table contradicts itself or the folders. */
const issueColumns = {
  problem: remarkText,
  patient_id: text,
  hospital: text,
  /** Of the table; empty for who is in the folders only. */
  lines: text,
};
export type TableIssue = RowOf<typeof issueColumns>;

/** `table_issues.csv`. */
export const { read: readTableIssues, write: writeTableIssues } = tableFile(issueColumns);
