import { dirname } from 'node:path';
import {
  type CohortTable,
  type Config,
  DataError,
  type Exclusion,
  groupBy,
  splitFiles,
  type TableIssue,
  writeTableIssues,
} from '@radweave/artifacts';
import { mkdirSync } from '@radweave/artifacts/files';
import { counted } from '@radweave/remarks';
import { type StageContext, warn } from '../context/events.ts';
import { type FoundCohort, personKey } from './found.ts';
import { cohortOfTable } from './table-cohort.ts';
import { walkListed } from './table-images.ts';
import { walkCohort } from './walk.ts';

/**
 * The patients of the folders below a root, or of table and folders together.
 *
 * @param labels as for `walkCohort`.
 * @param told the table, and the hospital of patients of whom neither says one; null without a table.
 */
export function cohortBelow(
  root: string,
  modalities: readonly string[],
  labels: readonly string[] | null,
  told: { readonly table: CohortTable; readonly home: string } | null,
): FoundCohort {
  if (told === null) return walkCohort(root, modalities, labels);
  const { table, home } = told;
  if (table.columns.image !== undefined) {
    const { found, issues } = walkListed(table, root, modalities);
    return cohortOfTable(table, found, labels, home, issues);
  }
  const hospitals = new Set(table.rows.map((row) => table.cell(row, 'hospital')));
  const inFolders = table.columns.label === undefined ? labels : null;
  return cohortOfTable(table, walkCohort(root, modalities, inFolders, hospitals), labels, home);
}

/** What a problem is of: a row that cannot be read, a row that names nobody, or a patient. */
function nounOf({ problem, patient_id }: TableIssue): string {
  return problem.code === 'table-ragged' ? 'row' : patient_id === '' ? 'nameless row' : 'patient';
}

/** How many people or rows have a problem, and all that is said of the first of them. */
function toldOf(issues: readonly TableIssue[]): string {
  const [issue] = issues;
  if (issue === undefined) return '';
  const noun = nounOf(issue);
  const whose = groupBy(issues, ({ patient_id, hospital, lines }) =>
    noun === 'patient' ? personKey(hospital, patient_id) : lines,
  );
  const [first = []] = whose.values();
  const { patient_id, hospital, lines } = issue;
  const line = noun === 'patient' ? '' : `line ${lines}`;
  const who = [line, patient_id, hospital].filter((part) => part !== '').join(' of ');
  return `${counted(whose.size, noun)}${whose.size > 1 ? ' such as' : ','} ${who}: ${first.map(({ problem }) => problem.text).join(', ')}`;
}

/** @returns who is left out because table and folders do not agree. @throws DataError unless that is wanted. */
export function refuseOrLeaveOut(
  table: FoundCohort['table'],
  { data, preprocess }: Config,
  context: StageContext,
): Exclusion[] {
  const issues = table?.issues ?? [];
  if (table === null || issues.length === 0) return [];
  const path = splitFiles(data.splits_dir).tableIssues;
  const kinds = groupBy(issues, (issue) => `${issue.problem.code} ${nounOf(issue)}`);
  const text = `the table and the folders do not agree: ${[...kinds.values()].map(toldOf).join('; ')}`;
  if (!preprocess.exclude_conflicts) {
    mkdirSync(dirname(path), { recursive: true });
    writeTableIssues(path, issues);
    throw new DataError('E_TABLE', text, {
      where: path,
      hint: 'Correct the table or the folders, or leave such patients out with --exclude_conflicts',
    });
  }
  warn(context, `${text}. They are left out and listed in ${path}.`);
  const first = new Map(issues.toReversed().map((one) => [personKey(one.hospital, one.patient_id), one]));
  return [...first.values()]
    .toReversed()
    .flatMap(({ patient_id: patient, hospital, problem: detail }) =>
      patient === '' ? [] : [{ patient, hospital, reason: 'table', detail }],
    );
}
