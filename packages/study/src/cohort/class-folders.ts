import { DataError, groupBy, naturalCompare, spellingKey } from '@radweave/artifacts';
import { and } from '@radweave/remarks';
import { areWithoutGaps, type ClassCounts, numberIn, oddClasses } from './odd-classes.ts';

const GRADE = /^grade(\d{1,9})$/i;

/** Whether a folder's name says its label: `grade0`, `grade1`, …. */
export function isGrade(folder: string): boolean {
  return GRADE.test(folder);
}

/** What two spellings of one class have in common: `Grade01` is `grade1`, and `Benign` is `benign`. */
export function classKey(folder: string): string {
  const key = spellingKey(folder);
  const grade = GRADE.exec(key)?.[1];
  return grade === undefined ? key : `grade${Number(grade)}`;
}

export function classesNamed(labels: readonly string[]): Set<string> {
  return new Set(labels.map(classKey));
}

/** A class as people write it: the name of a folder, or a cell of a table. */
export interface WrittenClass {
  readonly path: string;
  readonly folder: string;
  /** Of the cell, where one is known. */
  readonly line?: number | undefined;
  readonly hospital: string;
  /** Who is said to have it. */
  readonly patients: readonly string[];
}

export interface Classes {
  /** In the order of the labels; null where they are grade0, grade1, …, which say it themselves. */
  names: readonly string[] | null;
  labelOf(folder: string): number;
}

/**
 * Gives each class a label from 0. `grade0`, `grade1`, … keep theirs; other names are put in their natural order, in which
 * `grade2` comes before `grade10`, unless `given` says another.
 *
 * @param folders of all hospitals.
 * @param given every name in the order of the labels; the folders are those of these names.
 * @param place of names that are no folders, such as `in the column grade`.
 * @throws DataError `E_LABELS` when a name may be a misspelt one.
 */
export function classesOf(
  folders: readonly WrittenClass[],
  given: readonly string[] | null,
  place: string | null = null,
): Classes {
  if (given !== null) return numbered(given);
  const doubt = doubtOf(folders, place);
  if (doubt !== null) throw doubt;
  const keys = [...new Set(folders.map(({ folder }) => classKey(folder)))];
  const grades = keys.filter(isGrade);
  if (grades.length === keys.length) return gradesOf(grades.map(numberIn).sort((a, b) => a - b));
  const names = [...keys].sort(naturalCompare);
  return numbered(speltAs(names, folders));
}

/** Classes as the first of each is written. */
function speltAs(names: readonly string[], folders: readonly WrittenClass[]): string[] {
  const spelt = names.map((key) => folders.find(({ folder }) => classKey(folder) === key)?.folder ?? key);
  return spelt.map((name) => name.normalize('NFC').trim());
}

function numbered(names: readonly string[]): Classes {
  const keys = names.map(classKey);
  const areUsual = keys.every((key, label) => key === `grade${label}`);
  return { names: areUsual ? null : names, labelOf: (folder) => keys.indexOf(classKey(folder)) };
}

/** Numbers that go on from 1 are labels from 0. Those with gaps stay as they are, for `checkLabelRange` to refuse. */
function gradesOf(numbers: readonly number[]): Classes {
  const [first = 0] = numbers;
  if (first > 0 && areWithoutGaps(numbers)) return numbered(numbers.map((number) => `grade${number}`));
  return { names: null, labelOf: (folder) => numberIn(classKey(folder)) };
}

/** How many patients of each hospital have each class, in the natural order of the classes. */
function countsOf(folders: readonly WrittenClass[]): ClassCounts {
  const byClass = groupBy(folders, ({ folder }) => classKey(folder));
  const classes = [...byClass].sort(([a], [b]) => naturalCompare(a, b));
  return new Map(
    classes.map(([key, own]) => [
      key,
      new Map(
        [...groupBy(own, ({ hospital }) => hospital)].map(([hospital, there]) => [
          hospital,
          new Set(there.flatMap(({ patients }) => patients)).size,
        ]),
      ),
    ]),
  );
}

/** Of so many names some are hardly classes, and all of them are no proposal. */
const MOST_PROPOSED = 6;

/**
 * What is said of names that may be misspelt, null where none may.
 *
 * @param place as for {@link classesOf}.
 * @param advice where the classes cannot be named by --labels.
 */
export function doubtOf(
  folders: readonly WrittenClass[],
  place: string | null,
  advice?: string,
): DataError | null {
  const counts = countsOf(folders);
  const names = [...counts.keys()];
  const odd = names.every(isGrade) ? [] : oddClasses(counts);
  if (odd.length === 0) return null;
  const own = folders.filter(({ folder }) => odd.includes(classKey(folder)));
  const first = [...groupBy(own, ({ folder }) => folder).values()].flatMap((same) =>
    same.slice(0, 1).map(({ folder, line }) => `'${folder}'${line === undefined ? '' : ` (line ${line})`}`),
  );
  const usual = speltAs(
    names.filter((name) => !odd.includes(name)),
    folders,
  );
  const beside = usual.length === 0 ? '' : `, where others are called ${usual.join(', ')}`;
  const all = speltAs(names, folders);
  const proposed = all.length <= MOST_PROPOSED ? all : usual.length > 1 ? usual : ['benign', 'malignant'];
  const list = proposed.map((name) => (/\s/.test(name) ? `"${name}"` : name)).join(' ');
  const [remedy, others] =
    place === null
      ? ['Rename or move the folder', 'folders of other names are then left out']
      : ['Give each class one spelling', 'others are then told as unknown'];
  const [{ path } = { path: '' }] = own;
  return new DataError(
    'E_LABELS',
    `${and(first.slice(0, 5))}${place === null ? '' : ` ${place}`} may be a class or a typing error${beside}`,
    {
      where: path,
      hint:
        advice ??
        `${remedy}; or name the classes in the order of their labels, such as --labels ${list} (data.labels in a configuration): ${others}`,
    },
  );
}
