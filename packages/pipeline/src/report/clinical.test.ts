import { join } from 'node:path';
import { type CohortPatient, writeFileAtomic } from '@radweave/artifacts';
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
function read(name: string, cells: readonly string[], more: readonly string[] = []) {
  const path = join(tempDir(), 'clinical.csv');
  const rows = COHORT.map(({ patient }, i) => `${patient},JM,train,"${cells[i % cells.length]}"`);
  writeFileAtomic(path, [`patient_id,hospital,split,${name}`, ...rows, ...more, ''].join('\n'));
  return readClinical(path, COHORT);
}

/** Why it is not shown, else what it holds. */
function kindOf(name: string, cells: readonly string[]): string {
  const { variables, leftOut } = read(name, cells);
  return leftOut[0]?.reason ?? variables[0]?.kind ?? 'nothing';
}

const ages = Array.from({ length: 12 }, (_, i) => String(41 + 3 * (i % 7)));
const alike = (text: (i: number) => string): string[] => COHORT.map((_, i) => text(i));

test.each<[what: string, name: string, cells: readonly string[], kind: string]>([
  ['ages', 'age', ages, 'number'],
  ['numbers with a decimal comma', 'CA 19-9', ages.map((age) => `${age},5`), 'number'],
  ['numbers that may have thousands', 'dose', ages.map((age) => `${age},500`), 'varied'],
  ['numbers below a limit', 'AFP', ['<0.5', ...ages.slice(1)], 'varied'],
  ['numbers with an exponent', 'ADC', ages.map((age) => `${age}e-5`), 'number'],
  ['codes', 'ECOG', ['0', '1', '2', '3'], 'category'],
  ['fractions of few values', 'dose', ['0.5', '1', '2'], 'number'],
  ['words', 'sex', ['f', 'm', 'm'], 'category'],
  ['words that hardly repeat', 'finding', alike((i) => `finding ${i % 9}`), 'varied'],
  ['names', 'Patient Name', ['A', 'B', 'B'], 'identity'],
  ['names in Chinese', '姓名', ['张三', '李四', '李四'], 'identity'],
  ['births', 'birth_date', ['x', 'y', 'y'], 'identity'],
  ['telephones', 'contact', alike((i) => String(5_550_100 + 3 * i)), 'identity'],
  ['a numbering', 'no', alike((i) => String(i + 1)), 'identity'],
  ['further IDs', 'no', alike((i) => String(i + 10)), 'identity'],
  ['parts of IDs', 'code', alike((i) => `P${i + 10}`), 'identity'],
  ['ISO days', 'surgery', ['2023-01-05', '2023-02-05'], 'date'],
  ['days without signs', 'surgery', ['20230105', '20230205'], 'date'],
  ['days of Excel with a time', 'surgery', ['2023-01-05 10:00:00', ''], 'date'],
  ['German days', 'surgery', ['5.1.2023', 'NA'], 'date'],
  ['American days', 'surgery', ['1/5/23', '12/31/23'], 'date'],
  ['Chinese days', 'surgery', ['2023年1月5日'], 'date'],
  ['the label', 'diagnosis', ['benign', 'malignant'], 'label'],
  ['folders', 'image_path', ['a', 'b', 'b'], 'row'],
  ['visits', 'visit', ['1', '2', '2'], 'row'],
  ['nothing', 'note', ['', 'NA', 'n/a', '-'], 'empty'],
])('a column of %s', (_, name, cells, kind) => {
  expect(kindOf(name, cells)).toBe(kind);
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
