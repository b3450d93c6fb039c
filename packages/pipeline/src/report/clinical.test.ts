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
    notNamed: ['Handy'],
    severalRows: false,
  });
  for (const name of ['Sexx', 'hospital']) {
    expect(() => read('Sex', ['f', 'm'], [], [name])).toThrow(
      expect.objectContaining({ code: 'E_CLINICAL', exitCode: 3, hint: expect.stringContaining('Sex') }),
    );
  }
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
