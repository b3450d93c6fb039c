import {
  bareId,
  type CohortTable,
  compareText,
  DataError,
  groupBy,
  missingIn,
  naturalCompare,
  type Split,
  type TableIssue,
  type TableRow,
} from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { type Classes, classesNamed, classesOf, classKey } from './class-folders.ts';
import { type FoundCohort, type FoundPatient, personKey } from './found.ts';
import { issueOf, type ListedPerson, peopleOf } from './table-people.ts';

/**
 * Brings a table and the folders together: who is in both is in the cohort, with the label of the table where it has one. All
 * that does not agree is told of, and left out.
 *
 * @param found the patients of the folders.
 * @param labels names of the classes in their order; null: the natural order of the names in the table.
 * @param home the hospital of patients of whom neither says one.
 * @param before what was found wrong when the images were looked for.
 */
export function cohortOfTable(
  table: CohortTable,
  found: FoundCohort,
  labels: readonly string[] | null,
  home: string,
  before: readonly TableIssue[] = [],
): FoundCohort {
  const { people, issues } = peopleOf(table);
  const ragged = raggedIssues(table, [...people, ...found.patients.map(listedAs)]);
  issues.push(...before, ...ragged, ...withoutClass(people, table, labels));
  const pairs = pairUp(people, found.patients, issues);
  const classes = classesIn(table, pairs, found, labels, issues);
  const wrong = new Set(issues.map(({ hospital, patient_id }) => personKey(hospital, patient_id)));
  const places = new Map<FoundPatient, { hospital: string; label: number }>();
  const splits = new Map<string, Split>();
  const rows = new Map<string, readonly TableRow[]>();
  for (const { person, folders } of pairs) {
    const hospital = person.hospital || (folders[0]?.hospital ?? '') || home;
    if (wrong.has(personKey(person.hospital, person.id))) continue;
    if (person.split !== null) splits.set(personKey(hospital, person.id), person.split);
    rows.set(personKey(hospital, person.id), person.rows);
    for (const folder of folders) places.set(folder, { hospital, label: classes.labelIn(person, folder) });
  }
  const byPlace = new Map(
    [...places].map(([one, place]) => [JSON.stringify([one.hospital, one.label, one.patient]), place]),
  );
  const kept = <T extends { hospital: string; label: number; patient: string }>(ones: readonly T[]): T[] =>
    ones.flatMap((one) => {
      const place = byPlace.get(JSON.stringify([one.hospital, one.label, one.patient]));
      return place === undefined ? [] : [{ ...one, ...place }];
    });
  const patients = kept(found.patients);
  return {
    ...found,
    hospitals: [...new Set(patients.map(({ hospital }) => hospital))].sort(compareText),
    labels: classes.names,
    patients,
    slices: kept(found.slices),
    masks: kept(found.masks),
    doubtful: kept(found.doubtful),
    table: {
      table,
      splits: table.columns.split === undefined ? null : splits,
      rows,
      issues: issues.sort((a, b) => naturalCompare(a.patient_id, b.patient_id)),
    },
  };
}

type Person = Pick<ListedPerson, 'id' | 'hospital'>;

const listedAs = ({ patient: id, hospital }: FoundPatient): Person => ({ id, hospital });

/** Whether a hospital is that of the table, where both say one. */
const isAt = (said: string, hospital: string): boolean => [said, hospital].includes('') || said === hospital;

/** Rows of too few or too many fields, each of a known patient where its first or its last fields name one. */
function raggedIssues(table: CohortTable, known: readonly Person[]): TableIssue[] {
  return table.ragged.map(({ line, expected, cells }) => {
    const surplus = cells.length - expected;
    const fromEnd = surplus > 0 ? cells.slice(surplus) : [...Array<string>(-surplus).fill(''), ...cells];
    const named = [cells, fromEnd]
      .map((own) => ({ line, cells: own }))
      .map((row) => ({ id: table.cell(row, 'patient'), hospital: table.cell(row, 'hospital') }))
      .find((one) => known.some(({ id, hospital }) => id === one.id && isAt(one.hospital, hospital)));
    const problem = remark('table-ragged', { expected, found: cells.length });
    return { ...issueOf(named ?? { id: '', hospital: '' }, problem), lines: String(line) };
  });
}

/** Words for a missing value are no class, unless somebody says so. What they say is taken away. */
function withoutClass(
  people: readonly ListedPerson[],
  { columns }: CohortTable,
  labels: readonly string[] | null,
): TableIssue[] {
  const given = classesNamed(labels ?? []);
  const isMissing = missingIn(people.map(({ label }) => label));
  const lacking = people.filter(
    ({ label }) => label !== '' && isMissing(label) && !given.has(classKey(label)),
  );
  return lacking.map((person) => {
    const value = person.label;
    person.label = '';
    return issueOf(person, remark('table-unknown', { column: columns.label ?? 'label', value }));
  });
}

/** A patient of the table with the folders of theirs. */
interface Pair {
  person: ListedPerson;
  folders: FoundPatient[];
}

function pairUp(
  people: readonly ListedPerson[],
  patients: readonly FoundPatient[],
  issues: TableIssue[],
): Pair[] {
  const byId = groupBy(patients, ({ patient }) => patient);
  const ragged = issues.filter(({ problem }) => problem.code === 'table-ragged');
  const claimed = new Set(
    patients.filter(({ patient, hospital }) =>
      ragged.some((row) => row.patient_id === patient && isAt(row.hospital, hospital)),
    ),
  );
  const paired = new Set<FoundPatient>();
  const pairs: Pair[] = [];
  const lost: ListedPerson[] = [];
  for (const person of people) {
    const same = byId.get(person.id) ?? [];
    const own = same.filter(({ hospital }) => isAt(person.hospital, hospital));
    const isOpen =
      new Set(own.map(({ hospital }) => hospital)).size > 1 || own.some((one) => paired.has(one));
    if (isOpen) issues.push(issueOf(person, remark('table-hospital-open')));
    else if (own.length > 0) {
      pairs.push({ person, folders: own });
      for (const one of own) paired.add(one);
    } else lost.push(person);
    for (const one of own) claimed.add(one);
  }
  for (const person of lost) issues.push(issueOf(person, whyLost(person, patients, claimed)));
  const others = new Map(
    patients.filter((one) => !claimed.has(one)).map((one) => [personKey(one.hospital, one.patient), one]),
  );
  for (const { patient, hospital } of others.values()) {
    issues.push(issueOf({ id: patient, hospital }, remark('table-no-row')));
  }
  return pairs;
}

/** Why nobody in the folders is this patient; who is meant is not in the folders only then. */
function whyLost(
  { id, hospital }: ListedPerson,
  patients: readonly FoundPatient[],
  claimed: Set<FoundPatient>,
): TableIssue['problem'] {
  const free = patients.filter((one) => !claimed.has(one));
  const elsewhere = free.filter(({ patient }) => patient === id);
  const [there] = elsewhere;
  if (there !== undefined) {
    for (const one of elsewhere) claimed.add(one);
    return remark('table-hospital', { table: hospital, folder: there.hospital });
  }
  const alike = free.filter(
    (one) => bareId(one.patient) === bareId(id) && [one.hospital, ''].includes(hospital),
  );
  const [spelt] = alike;
  if (spelt === undefined) return remark('table-no-folder');
  for (const one of alike) claimed.add(one);
  return remark('table-spelt', { table: id, folder: spelt.patient });
}

interface TableClasses extends Pick<Classes, 'names'> {
  labelIn(person: ListedPerson, folder: FoundPatient): number;
}

/** Labels by the table. Folders of classes must say the same, each class in one word of the table. */
function classesIn(
  table: CohortTable,
  pairs: readonly Pair[],
  found: FoundCohort,
  labels: readonly string[] | null,
  issues: TableIssue[],
): TableClasses {
  const column = table.columns.label;
  if (column === undefined) {
    requireClassFolders(table, pairs);
    return { names: found.labels, labelIn: (_, { label }) => label };
  }
  const inFolders = pairs.flatMap(({ person, folders }) =>
    folders.flatMap((one) => (one.folder === null || person.label === '' ? [] : [{ person, one }])),
  );
  const words = usualWords(inFolders);
  for (const { person, one } of inFolders) {
    if (words.get(one.label) === classKey(person.label)) continue;
    issues.push(issueOf(person, remark('table-label', { table: person.label, folder: one.folder ?? '' })));
  }
  if (words.size > 0) {
    const spelt = [...words]
      .sort(([a], [b]) => a - b)
      .map(([, word]) => pairs.find(({ person }) => classKey(person.label) === word)?.person.label ?? word);
    const areNumbers = spelt.every((word) => /^(?:grade)?\d+$/i.test(word));
    requireOrder(spelt, areNumbers, table);
    if (labels !== null) return inOrderOf(labels, words, found, spelt);
    return { names: areNumbers ? found.labels : spelt, labelIn: (_, { label }) => label };
  }
  const own = pairs.filter(({ person }) => person.label !== '');
  const { names, labelOf } = classesOf(
    own.map(({ person: { id, hospital, label, rows } }) => ({
      ...{ path: table.path, line: rows[0]?.line, folder: label },
      ...{ hospital, patients: [id] },
    })),
    labels,
    `in the column ${column}`,
  );
  for (const { person } of own) {
    if (labelOf(person.label) >= 0) continue;
    issues.push(issueOf(person, remark('table-unknown', { column, value: person.label })));
  }
  const areCounted = names?.every((name, label) => name === String(label)) === true;
  return { names: areCounted ? null : names, labelIn: ({ label }) => labelOf(label) };
}

/** Classes of folders in the order that somebody gave, by the words of the table or the names of the folders. */
function inOrderOf(
  labels: readonly string[],
  words: ReadonlyMap<number, string>,
  found: FoundCohort,
  spelt: readonly string[],
): TableClasses {
  const { names, labelOf } = classesOf([], labels);
  const placeOf = (label: number): number =>
    Math.max(labelOf(words.get(label) ?? ''), labelOf(found.labels?.[label] ?? `grade${label}`));
  const places = [...words.keys()].map(placeOf);
  if (places.includes(-1) || new Set(places).size < places.length) {
    throw new DataError('E_LABELS', `the classes of the table and the folders are ${spelt.join(', ')}`, {
      where: `--labels ${labels.join(' ')}`,
      hint: 'Name each of these classes once, in the order of the labels 0, 1, …',
    });
  }
  return { names, labelIn: (_, { label }) => placeOf(label) };
}

/** Without a column of labels only folders of classes say them. */
function requireClassFolders({ path, header }: CohortTable, pairs: readonly Pair[]): void {
  const bare = pairs.find(({ folders }) => folders.some(({ folder }) => folder === null));
  if (bare === undefined) return;
  throw new DataError(
    'E_CSV_COLUMNS',
    `no column gives the label, and the folder of ${bare.person.id} is not inside a class folder; found ${header.join(',')}`,
    { where: path, hint: 'Name it with --table_columns label=NAME' },
  );
}

/** Folders and table may not call the classes by numbers in another order, or two classes by one word. */
function requireOrder(spelt: readonly string[], areNumbers: boolean, { path, columns }: CohortTable): void {
  const numbers = spelt.map((word) => Number(/\d+$/.exec(word)?.[0]));
  const isOrdered = areNumbers
    ? numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as number))
    : new Set(spelt.map(classKey)).size === spelt.length;
  if (isOrdered) return;
  const words = spelt.map((word) => `'${word}'`).join(', ');
  throw new DataError(
    'E_LABELS',
    `in the order of their folders, the classes are called ${words} in the table: another order, or one name for two classes`,
    {
      where: path,
      hint: `Bring the column ${columns.label} and the names of the folders into one order, or name another column with --table_columns label=NAME`,
    },
  );
}

/** The word that the table has for most patients of each class of the folders. */
function usualWords(inFolders: readonly { person: ListedPerson; one: FoundPatient }[]): Map<number, string> {
  const counts = new Map<number, Map<string, number>>();
  for (const { person, one } of inFolders) {
    const own = counts.get(one.label) ?? new Map<string, number>();
    const word = classKey(person.label);
    counts.set(one.label, own.set(word, (own.get(word) ?? 0) + 1));
  }
  return new Map(
    [...counts].map(([label, own]) => [label, [...own].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '']),
  );
}
