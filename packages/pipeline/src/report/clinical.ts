import {
  type CohortPatient,
  DataError,
  isIdentity,
  readRecords,
  spellingKey,
  text,
} from '@radweave/artifacts';
import { and, counted, offer } from '@radweave/remarks';
import { CLINICAL_LIMITS, type Clinical } from '@radweave/report';
import { isNumber, textsAmongNumbers, variableOf, withoutMissing } from './clinical-values.ts';

/** What `preprocess` writes itself. */
const OWN = ['patient_id', 'hospital', 'split'];
/** Day, month and year in any order, with any time; or with the name of the month. */
const DATES = [
  /^(?:19|20)\d\d(?:([-/.])\d{1,2}\1\d{1,2}|年\d{1,2}月(?:\d{1,2}日)?|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:$|[ T])/,
  /^\d{1,2}([-/.])\d{1,2}\1(?:\d\d|\d{4})(?:$|[ T])/,
  /^\d{1,2}(?:[-/. ]+\p{L}{3,}[-/. ]+(?:19|20)|-\p{L}{3}-)\d\d(?:$|[ T])/u,
  /^\p{L}{3,}\.? \d{1,2},? (?:19|20)\d\d(?:$|[ T])/u,
];

type Cells = ReadonlyMap<string, string>;

/**
 * Reads of the table of patients the columns that the researchers name, and no cell of others: of somebody with several rows the first
 * value.
 *
 * @throws DataError for a column that is not there, and for one that may say who somebody is all the same.
 */
export function readClinical(
  path: string,
  cohort: readonly CohortPatient[],
  named: readonly string[],
): Clinical {
  const { header, rows } = readRecords(path);
  const columns = header.filter((name) => name !== '' && !OWN.includes(name));
  const valueAt = (cells: readonly string[], at: number): string =>
    (text.parse(cells[at] ?? '') ?? '').trim();
  const people = rows.map(({ cells }) => valueAt(cells, header.indexOf('patient_id')));
  const used = new Set(cohort.map(({ patient }) => patient));
  const read = named.map((name) => {
    if (!columns.includes(name)) {
      throw refused(path, `the table of patients has no column '${name}'`, offer(name, columns));
    }
    const at = header.indexOf(name);
    const own = rows.flatMap((row, i): [string, string][] => {
      const patient = people[i] ?? '';
      return used.has(patient) ? [[patient, valueAt(row.cells, at)]] : [];
    });
    const { cells, notes } = withoutMissing(name, own);
    requireSuited(path, name, cells);
    const { variable, notes: more } = variableOf(name, cells);
    return { variable, notes: [...notes, ...more] };
  });
  return {
    variables: read.map(({ variable }) => variable),
    notes: read.flatMap(({ notes }) => notes),
    notNamed: columns.filter((name) => !named.includes(name)),
    severalRows: new Set(people).size < people.length,
  };
}

export function refused(where: string, what: string, hint?: string): DataError {
  return new DataError('E_CLINICAL', what, { where, hint });
}

/** @throws DataError for a column that must not be shown though it is named, or cannot be. */
function requireSuited(path: string, name: string, cells: Cells): void {
  const values = [...cells.values()];
  const hidden = (reason: string): DataError =>
    refused(
      path,
      `the column '${name}' ${reason}, and a report is passed on`,
      'Leave it out of data.clinical (--clinical)',
    );
  const telling = tellsWho(name, cells);
  if (telling !== null) throw hidden(telling);
  const texts = textsAmongNumbers(values);
  if (texts.length > 0) {
    const shown = and([...new Set(texts)].slice(0, 5).map((one) => `'${one}'`));
    throw refused(
      path,
      texts.length === values.length
        ? `the column '${name}' holds numbers as text alone, such as ${shown}`
        : `the column '${name}' holds numbers, but text for ${counted(texts.length, 'patient')}, such as ${shown}`,
      'In your table, write a number instead, with a point as the decimal sign, nothing between thousands and no unit, or leave the cell empty where it is not known; if they are classes and no measurements, write all as words (class 2a); then run radweave preprocess again; or leave the column out of data.clinical (--clinical)',
    );
  }
  const free = freeText(values);
  if (free !== null) throw hidden(free);
}

function tellsWho(name: string, cells: Cells): string | null {
  const values = [...cells.values()];
  if (isIdentity(name)) return 'is called like one that says who a patient is';
  if (values.some((value) => DATES.some((date) => date.test(value)))) return 'holds dates';
  const different = new Set(values).size;
  const areIds = different > 1 && [...cells].every(([patient, value]) => patient.includes(value));
  return different === values.length && areIds ? 'holds IDs' : null;
}

function freeText(values: readonly string[]): string | null {
  const different = new Set(values.map(spellingKey)).size;
  if (values.length === 0 || values.every(isNumber)) return null;
  if (different === values.length) return 'holds text that is different for every patient';
  if (different <= CLINICAL_LIMITS.categories) return null;
  return `holds text of ${counted(different, 'different value')}, more than ${CLINICAL_LIMITS.categories}`;
}
