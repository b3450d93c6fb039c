import { join } from 'node:path';
import { type CohortPatient, groupBy, writeFileAtomic } from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readClinical } from './clinical.ts';

const COHORT: CohortPatient[] = Array.from({ length: 12 }, (_, i) => ({
  patient: `P${i + 10}`,
  hospital: 'JM',
  label: i % 2,
  split: 'train',
  slices: {},
}));

/** What is read of a table with one column of these values, in turn, for each patient; more rows may follow. */
function read(name: string, cells: readonly string[], more: readonly string[] = [], named = [name]) {
  const path = join(tempDir(), 'clinical.csv');
  const rows = COHORT.map(({ patient }, i) => `${patient},JM,train,"${cells[i % cells.length]}"`);
  writeFileAtomic(path, [`patient_id,hospital,split,${name}`, ...rows, ...more, ''].join('\n'));
  return readClinical(path, COHORT, named);
}

const ages = Array.from({ length: 12 }, (_, i) => String(41 + 3 * (i % 7)));
const alike = (text: (i: number) => string): string[] => COHORT.map((_, i) => text(i));

test.each<[what: string, name: string, cells: readonly string[], kind: string]>([
  ['ages', 'age', ages, 'number'],
  ['numbers with a decimal comma', 'CA 19-9', ages.map((age) => `${age},5`), 'number'],
  ['decimal commas after 0', 'ADC', alike((i) => `0,${700 + i}`), 'number'],
  ['numbers with an exponent', 'ADC', ages.map((age) => `${age}e-5`), 'number'],
  ['codes', 'ECOG', ['0', '1', '2', '3'], 'category'],
  ['codes that stand in every ID too', 'male', ['1', '1', 'P'], 'category'],
  ['fractions of few values', 'dose', ['0.5', '1', '2'], 'number'],
  ['numbers that differ in everybody', 'volume', alike((i) => String(300 + i)), 'number'],
  ['words', 'sex', ['f', 'm', 'm'], 'category'],
  ['the label', 'diagnosis', ['benign', 'malignant'], 'category'],
  ['words with a year', 'staging', ['UICC 2017', 'UICC 2010', '2000.5'], 'category'],
  ['nothing', 'note', ['', 'NA', 'n/a', '-'], 'category'],
  [
    'numbers and words for none',
    'age',
    [...ages.slice(6), 'unknown', '未知', '?', '-', 'N/A', '#N/A'],
    'number',
  ],
  ['full-width numbers', 'age', [...ages.slice(2), '５６', '−4.5'], 'number'],
  ['results', 'HBsAg', ['+', '-'], 'category'],
  ['stages with a word', 'stage', ['1期', '2期', '3期'], 'category'],
  ['shares of a few kinds', 'Ki67', ['10%', '20%'], 'category'],
  ['codes and one word', 'ECOG', ['0', '1', 'refused'], 'category'],
  ['few codes and a letter', 'T', ['1', '2', '3', '4a'], 'category'],
])('a column of %s', (_, name, cells, kind) => {
  expect(read(name, cells).variables).toMatchObject([{ name, kind }]);
});

test.each<[what: string, name: string, cells: readonly string[], why: string]>([
  ['names', 'Patient Name', ['A', 'B', 'B'], 'is called like one that says who'],
  ['births', 'birth_date', ['x', 'y', 'y'], 'is called like'],
  ['folders', 'image_path', ['a', 'b', 'b'], 'is called like'],
  ['text of everybody', 'Remark', alike((i) => `+49 170 ${i}`), 'text that is different for every patient'],
  ['text of one patient', 'Remark', ['Anna Muster', ...Array(11).fill('')], 'different for every patient'],
  ['text that hardly repeats', 'Seen by', alike((i) => `Dr. ${i % 11}`), '11 different values, more than 10'],
  ['further IDs', 'no', alike((i) => String(i + 10)), 'holds IDs'],
  ['IDs again', 'code', alike((i) => `P${i + 10}`), 'holds IDs'],
  [
    'numbers and bounds',
    'CA 19-9',
    [...ages.slice(1), '>1000'],
    "holds numbers, but text for 1 patient, such as '>1000'",
  ],
  ['mostly bounds', 'Gt', ['>1000', '>1000', '12', '>1000', '12'], "such as '>1000'"],
  ['percents among numbers', 'Ki67', ['10', '20', '5%', '< 5', '20'], "such as '5%' and '< 5'"],
  ['thousands', 'PLT', ['1,234', '800', '2,100', '800'], "such as '1,234' and '2,100'"],
  ['German thousands', 'PLT', ['1.234,5', '1.234,5'], "such as '1.234,5'"],
  [
    'decimal commas of three digits',
    'AFP',
    alike((i) => `${i + 1},107`),
    "holds numbers as text alone, such as '",
  ],
  ['ages with a unit', 'age', alike((i) => `4${i % 8}岁`), "holds numbers as text alone, such as '40岁'"],
  ['percents', 'Ki67', alike((i) => `${50 + i}.5%`), "holds numbers as text alone, such as '50.5%'"],
  ['lengths, some with a unit', 'size', ['12 mm', '13', '14.5mm'], "such as '12 mm' and '14.5mm'"],
  ['booleans in two ways', 'HBV', ['TRUE', 'False', '1', '0'], "such as 'TRUE' and 'False'"],
  ['a sex in two ways', 'sex', ['男', '1', '女', '2', '1'], "such as '男' and '女'"],
  ['ISO days', 'surgery', ['2023-01-05', '2023-02-05'], 'holds dates'],
  ['days without signs', 'surgery', ['20230105', '20230205'], 'holds dates'],
  ['days of Excel with a time', 'surgery', ['2023-01-05 10:00:00', ''], 'holds dates'],
  ['German days', 'surgery', ['5.1.2023', 'NA'], 'holds dates'],
  ['American days', 'surgery', ['1/5/23', '12/31/23'], 'holds dates'],
  ['Chinese days', 'surgery', ['2023年1月5日'], 'holds dates'],
  ['German days with the month', 'surgery', ['1. März 1950'], 'holds dates'],
  ['English days with the month', 'surgery', ['12 Mar 1957', 'unknown'], 'holds dates'],
  ['American days with the month', 'surgery', ['March 12, 1957'], 'holds dates'],
  ['days as Excel shows them', 'surgery', ['12-Mar-57'], 'holds dates'],
])('a column of %s is refused, though it is named', (_, name, cells, why) => {
  expect(() => read(name, cells)).toThrow(
    expect.objectContaining({ code: 'E_CLINICAL', exitCode: 3, message: expect.stringContaining(why) }),
  );
});

test('no column is read unless it is named, and one that is not there is told with the nearest', () => {
  expect(read('Handy', ['+49 170'], [], [])).toEqual({
    variables: [],
    notes: [],
    notNamed: ['Handy'],
    severalRows: false,
  });
  for (const name of ['Sexx', 'hospital']) {
    expect(() => read('Sex', ['f', 'm'], [], [name])).toThrow(
      expect.objectContaining({ code: 'E_CLINICAL', exitCode: 3, hint: expect.stringContaining('Sex') }),
    );
  }
});

/** What is said of a column, and how many patients have each of its values. */
function told(name: string, cells: readonly string[]): { notes: string[]; counts: Record<string, number> } {
  const { variables, notes } = read(name, cells);
  const values = [...(variables[0]?.values.values() ?? [])].map(String);
  const counts = Object.fromEntries(
    [...groupBy(values, (one) => one)].map(([one, same]) => [one, same.length]),
  );
  return { notes: notes.map(({ text }) => text), counts };
}

test.each<[cells: string[], counts: Record<string, number>, notes: string[]]>([
  [['TRUE', 'true', 'True', 'FALSE'], { TRUE: 9, FALSE: 3 }, ["x: 'true' and 'True' count as 'TRUE'"]],
  [['m', 'M', 'm', ' ｍ '], { m: 12 }, ["x: 'M' and 'ｍ' count as 'm'"]],
  [
    ['Child  A', 'child a', 'Child B'],
    { 'Child  A': 8, 'Child B': 4 },
    ["x: 'child a' counts as 'Child  A'"],
  ],
  [
    ['f', 'm', 'unknown', '未知'],
    { f: 3, m: 3 },
    ["x: 'unknown' and '未知' count as missing, for 6 patients"],
  ],
  [['none', '', 'NA', 'nan', 'lymph'], { none: 3, lymph: 2 }, []],
  [
    ['+', '-', '－', '?'],
    { '+': 3, '-': 6 },
    ["x: '?' counts as missing, for 3 patients", "x: '－' counts as '-'"],
  ],
  // Degrees of a stain or of protein, as laboratories write them.
  [['1+', '-', '2+', '3+'], { '1+': 3, '-': 3, '2+': 3, '3+': 3 }, []],
  [['(1+)', '-', '1+', '?'], { '(1+)': 3, '-': 3, '1+': 3 }, ["x: '?' counts as missing, for 3 patients"]],
])('spellings of one thing are one category, and it is said: %j', (cells, counts, notes) => {
  const { notes: said, counts: found } = told('x', cells);
  expect(found).toEqual(counts);
  expect(said).toEqual(notes);
});

const outside = (value: number, who: string): string =>
  `x: ${who} the value ${value}, where the others are between 41 and 59; it is counted as a value`;

test.each<[what: string, cells: string[], notes: string[]]>([
  ['999', [...ages.slice(0, 11), '999'], [outside(999, '1 patient has')]],
  ['-1', [...ages.slice(0, 11), '-1'], [outside(-1, '1 patient has')]],
  ['−999 twice', [...ages.slice(0, 10), '−999', '-999.0'], [outside(-999, '2 patients have')]],
  ['99 twice', [...ages.slice(0, 10), '99', '99'], [outside(99, '2 patients have')]],
  [
    'two of them',
    [...ages.slice(0, 10), '-9', '9999'],
    [outside(-9, '1 patient has'), outside(9999, '1 patient has')],
  ],
  [
    'a code of 9',
    ['1', '2', '9'],
    ['x: 4 patients have the value 9, where the others are between 1 and 2; it is'],
  ],
  ['a patient who is old', [...ages.slice(0, 11), '72'], []],
  ['99 among such values', ['41.5', '99', '120'], []],
  ['-1 among negative values', ['-1', '-0.5', '-2', '0.25'], []],
  ['the ninth of nine', Array.from({ length: 9 }, (_, i) => String(i + 1)), []],
])('a number that may stand for a missing value is counted, and said: %s', (_, cells, notes) => {
  const { notes: said } = told('x', cells);
  expect(said).toEqual(notes.map((note) => expect.stringContaining(note)));
});

test('of several rows of a patient the first value counts, and rows of others do not', () => {
  const { variables, severalRows } = read(
    'age',
    ['', '50.5', '60.5'],
    ['P10,JM,train,70', 'P11,JM,train,80', 'X,JM,train,9'],
  );
  expect(severalRows).toBe(true);
  const told = [...(variables[0]?.values ?? [])];
  expect(told.slice(0, 3)).toEqual([
    ['P11', 50.5],
    ['P12', 60.5],
    ['P14', 50.5],
  ]);
  expect(told.at(-1)).toEqual(['P10', 70]);
  expect(told).toHaveLength(9);
  expect(read('age', ages).severalRows).toBe(false);
});

test('a formula that was guarded is what it was, and codes of one number are one', () => {
  expect(read('grade', ["'=A", 'B', 'B']).variables[0]?.values.get('P10')).toBe('=A');
  expect([...new Set([...(read('ECOG', ['1', '1.0', '2']).variables[0]?.values.values() ?? [])])]).toEqual([
    '1',
    '2',
  ]);
});
