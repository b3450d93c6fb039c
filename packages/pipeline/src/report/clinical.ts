import { type CohortPatient, DataError, isIdentity, readRecords, text } from '@radweave/artifacts';
import { counted, offer } from '@radweave/remarks';
import { CLINICAL_LIMITS, type Clinical, type ClinicalVariable } from '@radweave/report';

/** What `preprocess` writes itself. */
const OWN = ['patient_id', 'hospital', 'split'];
const MISSING = /^(?:|n\.?a\.?|n\/a|nan|null|[-.?/—])$/i;
/** Also where a comma is the decimal sign; before three digits it may part thousands, but not after 0. */
const NUMBER = /^[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+|\d+,(?!\d{3}$)\d+|0,\d+)$/i;
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
  const variables = named.map((name) => {
    if (!columns.includes(name)) {
      throw refused(path, `the table of patients has no column '${name}'`, offer(name, columns));
    }
    const cells = new Map<string, string>();
    for (const [row, patient] of people.entries()) {
      const value = valueAt(rows[row]?.cells ?? [], header.indexOf(name));
      if (used.has(patient) && !cells.has(patient) && !MISSING.test(value)) cells.set(patient, value);
    }
    const reason = reasonAgainst(name, cells);
    if (reason === null) return variableOf(name, cells);
    throw refused(
      path,
      `the column '${name}' ${reason}, and a report is passed on`,
      'Leave it out of data.clinical (--clinical)',
    );
  });
  return {
    variables,
    notNamed: columns.filter((name) => !named.includes(name)),
    severalRows: new Set(people).size < people.length,
  };
}

export function refused(where: string, what: string, hint?: string): DataError {
  return new DataError('E_CLINICAL', what, { where, hint });
}

/** Why a column must not be shown though it is named. */
function reasonAgainst(name: string, cells: Cells): string | null {
  const values = [...cells.values()];
  const different = new Set(values).size;
  if (isIdentity(name)) return 'is called like one that says who a patient is';
  if (values.some((value) => DATES.some((date) => date.test(value)))) return 'holds dates';
  const areAllDifferent = different === values.length && different > 0;
  const areIds = different > 1 && [...cells].every(([patient, value]) => patient.includes(value));
  if (areAllDifferent && areIds) return 'holds IDs';
  if (isNumeric(values)) return null;
  if (areAllDifferent) return 'holds text that is different for every patient';
  if (different <= CLINICAL_LIMITS.categories) return null;
  return `holds text of ${counted(different, 'different value')}, more than ${CLINICAL_LIMITS.categories}`;
}

function variableOf(name: string, cells: Cells): ClinicalVariable {
  const values = [...cells.values()];
  if (!isNumeric(values)) return { name, kind: 'category', values: cells };
  const numbers = [...cells].map(([patient, value]) => [patient, numberOf(value)] as const);
  const different = new Set(numbers.map(([, value]) => value));
  const areCodes = different.size <= CLINICAL_LIMITS.codes && [...different].every(Number.isInteger);
  if (!areCodes) return { name, kind: 'number', values: new Map(numbers) };
  const codes = numbers.map(([patient, value]) => [patient, String(value)] as const);
  return { name, kind: 'category', values: new Map(codes) };
}

const isNumeric = (values: readonly string[]): boolean => values.every((value) => NUMBER.test(value));
const numberOf = (value: string): number => Number(value.replace(',', '.'));
