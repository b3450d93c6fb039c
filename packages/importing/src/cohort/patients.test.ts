import { expect, test } from 'vitest';
import { hospitalsOf } from './patients.ts';

/** Who says which hospital has which patients. */
function whoOf(table: Readonly<Record<string, readonly string[]>>) {
  const rows = Object.entries(table);
  return {
    ...{ hospital: null, label: null },
    hospitals: new Map(rows.map(([hospital, ids]) => [hospital, new Set(ids)])),
    listed: rows.flatMap(([hospital, ids]) => ids.map((patient) => ({ patient, hospital, label: '0' }))),
  };
}

const NUMBERED = { 1: ['1', '2', '3'], 2: ['1', '2', '4'], 3: ['2'] };
const LETTERS = { A: ['12', '13'], B: ['12', '14'], C: ['12'] };

test.each<
  [path: string, patient: string, table: Readonly<Record<string, readonly string[]>>, expected: string]
>([
  ['1/2/A/1.png', '2', NUMBERED, '1'],
  ['1/2/IM1', '2', NUMBERED, '1'],
  ['2/2/IM1', '2', NUMBERED, '2'],
  ['3/1/1/IM1', '1', NUMBERED, '3'],
  ['B/12/A/1.png', '12', LETTERS, 'B'],
  ['12/B/IM1', '12', LETTERS, 'B'],
  // Of 14 and 13 one hospital alone has a patient: where he was taken out of the other, he is not this one.
  ['B/13/A/1.png', '13', LETTERS, 'B'],
  ['B/Wu/A/IM1', '14', LETTERS, 'B'],
  ['A/B/15/1.png', '15', LETTERS, 'A'],
])('%s of %s', (path, patient, table, expected) => {
  expect(hospitalsOf(whoOf(table))(patient, path)).toBe(expected);
});

test.each<[path: string, patient: string]>([
  ['B/A/12/1.png', '12'],
  ['B/Wu/A/IM1', '13'],
])('whose hospital %s of %s is nobody knows', (path, patient) => {
  expect(() => hospitalsOf(whoOf(LETTERS))(patient, path)).toThrow(
    /^folders of one path are called after B and A/,
  );
});
