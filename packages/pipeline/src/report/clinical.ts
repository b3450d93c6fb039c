import { type CohortPatient, isCalled, isIdentity, readRecords, text } from '@radweave/artifacts';
import { CLINICAL_LIMITS, type Clinical, type ClinicalReason, type ClinicalVariable } from '@radweave/report';

/** What `preprocess` writes itself. */
const OWN = ['patient_id', 'hospital', 'split'];
const MISSING = /^(?:|n\.?a\.?|n\/a|nan|null|[-.?/—])$/i;
/** Also where a comma is the decimal sign; before three digits it may part thousands. */
const NUMBER = /^[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+|\d+,(?!\d{3}$)\d+)$/i;
/** Day, month and year in any order, with any time. */
const DATE =
  /^(?:(?:19|20)\d\d(?:([-/.])\d{1,2}\1\d{1,2}|年\d{1,2}月(?:\d{1,2}日)?|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))|\d{1,2}([-/.])\d{1,2}\2(?:\d\d|\d{4}))(?:$|[ T])/;
/** Digits of numbers of patients and telephones, which differ in everybody; clinical values are shorter. */
const LONG_NUMBER = 6;

type Cells = ReadonlyMap<string, string>;

/**
 * Reads what the table of patients says of the cohort: of somebody with several rows the first value. A column is shown where it holds
 * numbers, or few words; what may say who somebody is, by its name or its values, is not, and neither are dates.
 */
export function readClinical(path: string, cohort: readonly CohortPatient[]): Clinical {
  const { header, rows } = readRecords(path);
  const valueAt = (cells: readonly string[], at: number): string =>
    (text.parse(cells[at] ?? '') ?? '').trim();
  const people = rows.map(({ cells }) => valueAt(cells, header.indexOf('patient_id')));
  const labels = new Map(cohort.map(({ patient, label }) => [patient, label]));
  const variables: ClinicalVariable[] = [];
  const leftOut: Clinical['leftOut'] = [];
  for (const [at, name] of header.entries()) {
    if (OWN.includes(name)) continue;
    const cells = new Map<string, string>();
    for (const [row, patient] of people.entries()) {
      const value = valueAt(rows[row]?.cells ?? [], at);
      if (labels.has(patient) && !cells.has(patient) && !MISSING.test(value)) cells.set(patient, value);
    }
    const reason = reasonAgainst(name, cells, labels);
    if (reason === null) variables.push(variableOf(name, cells));
    else leftOut.push({ name, reason });
  }
  return { variables, leftOut, severalRows: new Set(people).size < people.length };
}

/** Why a column is not shown; null for one that is. */
function reasonAgainst(
  name: string,
  cells: Cells,
  labels: ReadonlyMap<string, number>,
): ClinicalReason | null {
  const values = [...cells.values()];
  if (isCalled(name, ['image', 'modality', 'visit'])) return 'row';
  if (isIdentity(name) || namesPatients(cells)) return 'identity';
  if (values.length === 0) return 'empty';
  if (values.some((value) => DATE.test(value))) return 'date';
  if (saysLabel(cells, labels)) return 'label';
  const different = new Set(values).size;
  if (isNumeric(values)) return isNumbering(values.map(numberOf)) ? 'identity' : null;
  return different > Math.min(CLINICAL_LIMITS.categories, values.length / 2) ? 'varied' : null;
}

/** Whether each cell names its patient, as a column of further IDs does. */
function namesPatients(cells: Cells): boolean {
  return (
    cells.size > 0 && [...cells].every(([patient, value]) => patient.includes(value) && value.length > 1)
  );
}

/** Whether each label has one word of its own. */
function saysLabel(cells: Cells, labels: ReadonlyMap<string, number>): boolean {
  const pairs = new Set([...cells].map(([patient, value]) => `${labels.get(patient)} ${value}`));
  const own = new Set([...cells.keys()].map((patient) => labels.get(patient)));
  return own.size > 1 && own.size === pairs.size && own.size === new Set(cells.values()).size;
}

/** Whether whole numbers that differ in everybody count the rows, or are as long as those of patients. */
function isNumbering(numbers: readonly number[]): boolean {
  const { size } = new Set(numbers);
  if (size < 2 || size < numbers.length || !numbers.every(Number.isInteger)) return false;
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return most - least === size - 1 || least >= 10 ** (LONG_NUMBER - 1);
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
