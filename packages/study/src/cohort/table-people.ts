import {
  type CohortTable,
  groupBy,
  plainLabel,
  type Split,
  spellingKey,
  type TableIssue,
  type TableRole,
  type TableRow,
} from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { personKey } from './found.ts';

/** A patient of the table, with the rows about them. */
export interface ListedPerson {
  id: string;
  /** Empty where the table has no hospitals. */
  hospital: string;
  /** As it is written; empty where the table has none. */
  label: string;
  split: Split | null;
  rows: TableRow[];
}

/** How people name the sets. */
const SETS: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  训练: 'train',
  训练集: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  internal: 'val',
  验证: 'val',
  验证集: 'val',
  test: 'test',
  testing: 'test',
  external: 'test',
  测试: 'test',
  测试集: 'test',
};

export function issueOf(
  { id, hospital, rows }: Pick<ListedPerson, 'id' | 'hospital'> & { rows?: readonly TableRow[] },
  problem: TableIssue['problem'],
): TableIssue {
  return { problem, patient_id: id, hospital, lines: (rows ?? []).map(({ line }) => line).join(' ') };
}

/** The patients of a table, whose visits and images are rows of their own, and what contradicts itself. */
export function peopleOf(table: CohortTable): { people: ListedPerson[]; issues: TableIssue[] } {
  const people = new Map<string, ListedPerson>();
  const issues: TableIssue[] = [];
  for (const row of table.rows) {
    const id = table.cell(row, 'patient');
    const hospital = table.cell(row, 'hospital');
    const empty = emptyCells(table, row);
    issues.push(
      ...empty.map((column) => issueOf({ id, hospital, rows: [row] }, remark('table-empty', { column }))),
    );
    if (id === '') continue;
    const key = personKey(hospital, id);
    const known = people.get(key);
    if (known === undefined) people.set(key, { id, hospital, label: '', split: null, rows: [row] });
    else known.rows.push(row);
  }
  for (const person of people.values()) issues.push(...describePerson(table, person));
  return { people: [...people.values()], issues };
}

function emptyCells({ columns, cell }: CohortTable, row: TableRow): string[] {
  const needed: readonly TableRole[] = ['patient', 'hospital', 'label', 'image', 'split'];
  return needed.flatMap((role) => {
    const name = columns[role];
    return name === undefined || cell(row, role) !== '' ? [] : [name];
  });
}

/** Fills in label and set, and tells of rows that contradict each other. */
function describePerson(table: CohortTable, person: ListedPerson): TableIssue[] {
  const issues: TableIssue[] = [];
  const only = (role: TableRole): string => {
    const cells = person.rows.map((row) => table.cell(row, role)).filter((cell) => cell !== '');
    const values = [...groupBy(cells, spellingKey).values()].map(([cell = '']) => cell);
    const column = table.columns[role] ?? role;
    if (values.length > 1) issues.push(issueOf(person, remark('table-contradiction', { column, values })));
    return values[0] ?? '';
  };
  person.label = plainLabel(only('label'));
  const set = only('split');
  person.split = SETS[spellingKey(set)] ?? null;
  if (set !== '' && person.split === null) {
    const column = table.columns.split ?? 'split';
    issues.push(issueOf(person, remark('table-unknown', { column, value: set })));
  }
  if (areTwice(table, person.rows)) issues.push(issueOf(person, remark('table-twice')));
  return issues;
}

/** Whether two different rows are of the same visit and image. A row that is there again, as it is, says nothing new. */
function areTwice({ cell }: CohortTable, rows: readonly TableRow[]): boolean {
  const what = new Map<string, string>();
  return rows.some((row) => {
    const key = JSON.stringify([cell(row, 'visit'), cell(row, 'image'), cell(row, 'modality')]);
    const text = JSON.stringify(row.cells);
    const before = what.get(key) ?? text;
    what.set(key, before);
    return before !== text;
  });
}
