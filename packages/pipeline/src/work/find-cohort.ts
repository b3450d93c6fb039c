import {
  type Config,
  DataError,
  groupBy,
  IssueCollector,
  idOf,
  readCohortTable,
  refuseColumnsAlone,
  requireWritable,
  UsageError,
} from '@radweave/artifacts';
import { and, counted } from '@radweave/remarks';
import { homesOf, requireHome } from '@radweave/study/cohort/assign';
import { cohortBelow } from '@radweave/study/cohort/cohort-below';
import type { FoundCohort } from '@radweave/study/cohort/found';
import { refuseUnknownLabels } from '@radweave/study/cohort/learnable';
import { requireModalityNames } from '@radweave/study/cohort/modality-names';
import {
  type CohortMember,
  type Gathered,
  gatherPatients,
  requireModalities,
  underKeys,
} from '@radweave/study/cohort/patients';
import { refuseOwnSplit } from '@radweave/study/cohort/split-folder';
import { type StageContext, say } from '@radweave/study/context/events';
import { sayHidden } from './hidden-rows.ts';

/** What lies in the raw folders, before anything is written. @throws UsageError without a data root or home hospital. */
export function findCohort({ config }: { config: Config }, context: StageContext): FoundCohort {
  const { root_dir, labels, modalities } = config.data;
  requireModalityNames(modalities, config.data.missing === 'allow');
  if (root_dir === null) {
    throw new UsageError('E_NO_ROOT', 'no data root is given', { hint: 'Give --root_dir, or data.root_dir' });
  }
  refuseOwnSplit(config.data.splits_dir);
  const found = underKeys(readFolders(root_dir, config.data, context));
  const { table } = found;
  const where = found.hospitals.length === 0 ? 'as the table has them' : `in ${found.hospitals.join(', ')}`;
  say(context, `${peopleOf(found)} ${where}.`);
  saySameIds(found, context);
  if (found.labels !== null) {
    const order = labels === null ? ', in the order of their names (another: --labels)' : '';
    say(context, `Labels${order}: ${found.labels.map((name, label) => `${label} ${name}`).join(', ')}.`);
  }
  // Where table and folders do not agree, that is told first: the home hospital may be one that the table spells otherwise.
  if (table === null || table.issues.length === 0) requireOwnHome(config, found);
  if (config.preprocess.log_dir !== null) requireWritable(config.preprocess.log_dir, '--log_dir');
  return found;
}

/** A patient has a folder for each visit or fold. */
function peopleOf({ patients, table }: FoundCohort): string {
  const n = counted(new Set(patients.map(({ patient }) => patient)).size, 'patient');
  if (table === null || table.table.columns.visit === undefined) return n;
  const { cell } = table.table;
  const visits = [...table.rows.values()].map((rows) => new Set(rows.map((row) => cell(row, 'visit'))).size);
  return `${n} (${counted(
    visits.reduce((sum, one) => sum + one, 0),
    'visit',
  )})`;
}

/** Where no table says who is in which set. */
export function requireOwnHome({ data }: Config, { table, hospitals, unread, labels }: FoundCohort): void {
  if ((table?.splits ?? null) !== null) return;
  if (unread.some(({ hospital, folder }) => hospital === data.home_hospital && folder === null)) {
    const classes = labels?.join(', ') ?? 'grade0, grade1, …';
    throw new DataError(
      'E_HOME_HOSPITAL',
      `the home hospital '${data.home_hospital}' was not read, because no folder in it is called ${classes}`,
      { where: '--home_hospital', hint: 'Call the folders of the classes alike in all hospitals' },
    );
  }
  requireHome(data.home_hospital, hospitals);
}

/** Where every hospital counts its patients from 1 nobody is two of them; where IDs are those of a whole country somebody is. */
function saySameIds({ patients }: FoundCohort, context: StageContext): void {
  const same = [...groupBy(patients, idOf)]
    .map(([id, own]) => [id, [...new Set(own.map(({ hospital }) => hospital))]] as const)
    .filter(([, own]) => own.length > 1);
  const [first] = same;
  if (first === undefined) return;
  const [id, own] = first;
  say(
    context,
    `${counted(same.length, 'ID')} of several hospitals, such as ${id} in ${and(own)}: they count as different patients.`,
  );
}

/** The patients of the folders, or of table and folders together. */
function readFolders(root: string, data: Config['data'], context: StageContext): FoundCohort {
  const { table: place, table_columns, modalities, labels, home_hospital } = data;
  refuseColumnsAlone(place, table_columns);
  if (place === null) return cohortBelow(root, modalities, labels, null);
  const table = readCohortTable(place, table_columns);
  const used = Object.entries(table.columns).map(([role, column]) =>
    role === column ? role : `${column} as ${role}`,
  );
  say(context, `${place}: ${counted(table.rows.length, 'row')}; columns: ${used.join(', ')}.`);
  sayHidden(table, context);
  return cohortBelow(root, modalities, labels, { table, home: home_hospital });
}

/**
 * The classes of the folders are known before any image is read.
 *
 * @param counts Whether there are as many as the home hospitals have: nobody says how many.
 * @returns how many there are.
 * @throws DataError when `model.num_classes` has no room for them, or only other hospitals have one.
 */
export function requireClasses(found: FoundCohort, config: Config, counts: boolean): number {
  const { data, model } = config;
  const { members } = completePatients(found, config);
  const homes = homesOf(members, found.table?.splits ?? null, data.home_hospital);
  const isHome = ({ hospital }: CohortMember): boolean => homes.includes(hospital);
  const sets = {
    train: members.filter(isHome),
    val: [],
    test: members.filter((one) => !isHome(one)),
  };
  const classes = counts
    ? Math.max(model.num_classes, ...sets.train.map(({ label }) => label + 1))
    : model.num_classes;
  refuseUnknownLabels(sets, classes, 'the data', () => data.root_dir ?? '', found.labels ?? []);
  return classes;
}

/** Those whose slices are checked. @throws DataError with all that is contradictory about them. */
export function completePatients(found: FoundCohort, { data, preprocess }: Config): Gathered {
  const issues = new IssueCollector();
  const gathered = gatherPatients(found, preprocess.exclude_conflicts, issues);
  const complete = requireModalities(gathered, data.modalities, data.missing);
  issues.throwIfErrors('the cohort has conflicts');
  return complete;
}
