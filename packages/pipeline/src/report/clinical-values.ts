import { groupBy, missingIn, spellingKey } from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import { CLINICAL_LIMITS, type ClinicalVariable } from '@radweave/report';

/** Also where a comma is the decimal sign; before three digits it may part thousands, but not after 0. */
const NUMBER = /^[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+|\d+,(?!\d{3}$)\d+|0,\d+)$/;
/** What needs no word when it is taken as missing. */
const USUAL = /^(?:na|n\/a|nan)?$/;
/** What people write for missing values where only a number can stand. */
const PLACEHOLDER = /^(?:-1|-?9+)$/;

type Cells = ReadonlyMap<string, string>;

/** The first value of each patient who has one, and how the others say that they have none. @param rows Patients and cells. */
export function withoutMissing(
  name: string,
  rows: readonly (readonly [patient: string, cell: string])[],
): { cells: Cells; notes: Remark[] } {
  const lacks = missingIn(rows.map(([, cell]) => cell));
  const cells = new Map<string, string>();
  for (const [patient, cell] of rows) if (!lacks(cell) && !cells.has(patient)) cells.set(patient, cell);
  const told = new Map(
    rows.filter(([patient, cell]) => !cells.has(patient) && !USUAL.test(spellingKey(cell))),
  );
  if (told.size === 0) return { cells, notes: [] };
  const words = [...new Set(told.values())];
  return { cells, notes: [remark('clinical-missing', { name, words, n: told.size })] };
}

export function isNumber(cell: string): boolean {
  return NUMBER.test(plainNumber(cell));
}

/** Of full-width digits and the mathematical minus too. */
function plainNumber(cell: string): string {
  return spellingKey(cell).replace('−', '-');
}

const numberOf = (cell: string): number => Number(plainNumber(cell).replace(',', '.'));

/** Whether numbers are measured, and are no codes of a few categories. */
function areMeasured(cells: readonly string[]): boolean {
  const different = new Set(cells.map(numberOf));
  return different.size > CLINICAL_LIMITS.codes || ![...different].every(Number.isInteger);
}

/** `>1000`, `≤ 5`, `12 %`: numbers of which more is said; of all patients they may be categories. */
const QUALIFIED = /^[<>≤≥≈~]=? ?\d|^\d+(?:[.,]\d+)? ?%$/;
/** `1,234`, `1.234,5`: nobody can say what parts thousands. */
const PARTED = /^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$|^[-+]?\d{1,3}(?:\.\d{3})+,\d+$/;

/** `45岁`, `51.5%`, `12 mm`: a number with its unit. */
const WITH_UNIT = /^([-+]?\d+(?:[.,]\d+)?) ?(?:%|\p{L}[\p{L}/²³µ]*)$/u;

/** Texts among numbers: one of them may not make categories of all. */
export function textsAmongNumbers(cells: readonly string[]): string[] {
  const numbers = cells.filter(isNumber);
  const texts = cells.filter((cell) => !isNumber(cell));
  const isOf = (pattern: RegExp) => (cell: string) => !isNumber(cell) && pattern.test(plainNumber(cell));
  const parted = cells.filter(isOf(PARTED));
  if (parted.length > 0) return parted;
  const qualified = cells.filter(isOf(QUALIFIED));
  if (numbers.length > 0 && qualified.length > 0) return qualified;
  // Few whole numbers are codes, also with a unit or a letter behind: stages of `1期` to `4期`, or 1a and 1b.
  const measures = cells.map((cell) => WITH_UNIT.exec(plainNumber(cell))?.[1] ?? cell);
  if (measures.every(isNumber) && areMeasured(measures)) return texts;
  // Two ways to write one thing: 0, 1 and `TRUE`, `False`; 1, 2 and `male`, `female`.
  const words = texts.filter((cell) => !/\d/.test(cell));
  if (new Set(words.map(spellingKey)).size > 1 && new Set(numbers.map(numberOf)).size > 1) return words;
  return 2 * numbers.length > cells.length && areMeasured(numbers) ? texts : [];
}

export function variableOf(name: string, cells: Cells): { variable: ClinicalVariable; notes: Remark[] } {
  const values = [...cells.values()];
  if (values.length === 0 || !values.every(isNumber)) {
    const { values: joined, notes } = joinedSpellings(name, cells);
    return { variable: { name, kind: 'category', values: joined }, notes };
  }
  const notes = placeholders(name, values.map(numberOf));
  const numbers = new Map([...cells].map(([patient, cell]) => [patient, numberOf(cell)]));
  if (areMeasured(values)) return { variable: { name, kind: 'number', values: numbers }, notes };
  const codes = new Map([...numbers].map(([patient, value]) => [patient, String(value)]));
  return { variable: { name, kind: 'category', values: codes }, notes };
}

/** Each category in the spelling that most patients have. */
function joinedSpellings(name: string, cells: Cells): { values: Map<string, string>; notes: Remark[] } {
  const shown = new Map<string, string>();
  const notes: Remark[] = [];
  for (const [key, same] of groupBy([...cells.values()], spellingKey)) {
    const spelt = [...groupBy(same, (one) => one)].sort(([, a], [, b]) => b.length - a.length);
    const [kept = '', ...others] = spelt.map(([one]) => one);
    shown.set(key, kept);
    if (others.length > 0) notes.push(remark('clinical-spelt', { name, kept, others }));
  }
  const values = new Map(
    [...cells].map(([patient, cell]) => [patient, shown.get(spellingKey(cell)) ?? cell]),
  );
  return { values, notes };
}

/** Numbers that hardly are values: nobody else's is negative, or they are larger than all others by far or more than once. */
function placeholders(name: string, numbers: readonly number[]): Remark[] {
  const isPlaceholder = (value: number): boolean => PLACEHOLDER.test(String(value));
  const others = numbers.filter((value) => !isPlaceholder(value));
  if (others.length === 0) return [];
  const [least, most] = others.reduce(
    ([low, high], one) => [Math.min(low, one), Math.max(high, one)],
    [Infinity, -Infinity],
  );
  return [...groupBy(numbers.filter(isPlaceholder), (value) => value)].flatMap(([value, { length: n }]) => {
    const isOutside = value < 0 ? least >= 0 : value > most && (n > 1 || value - most > most - least);
    return isOutside ? [remark('clinical-placeholder', { name, value, n, least, most })] : [];
  });
}
