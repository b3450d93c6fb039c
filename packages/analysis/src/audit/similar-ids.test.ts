import { expect, test } from 'vitest';
import { alikeAcross, alikeWithin } from './similar-ids.ts';

const of = (hospital: string, ...ids: string[]): { patient: string; hospital: string }[] =>
  ids.map((patient) => ({ patient, hospital }));

const found = (...ids: string[]): [string, string[]][] =>
  alikeWithin(of('JM', ...ids)).map(({ how, patients }) => [how, patients.map(({ patient }) => patient)]);

test.each([
  [['0998a', '0998b']],
  [['P1v1', 'P1v2']],
  [['x_visit1', 'x_visit2']],
  [['x_pre', 'x_post']],
  [['0998', '0998_2']],
  [['0900_a', '900-b', '0900c']],
  [['sub-00_ses-1', 'sub-00_ses-2']],
  [['张三_术前', '张三术后']],
  [['CS7_20240131', 'CS7_2024-02-29']],
  [['P1 (left)', 'P1_right']],
])('%j are taken for visits or lesions of one patient', (ids) => {
  expect(found(...ids, '0997', '0999', 'P2', 'y', '张四')).toEqual([['suffix', ids]]);
});

test('numbered patients are no visits, nor are the few of a group where the others are many', () => {
  expect(found('0998', '0999', '1000', 'P1', 'P2', 'C3L-00016', 'C3L-00017')).toEqual([]);
  const many = ['2021_li', '2021_wu', '2021_ma', '2021_he', '2021_hu'];
  expect(found(...many)).toEqual([['numbered', many]]);
  expect(found(...many, '2022_li', '2022_wu').map(([how]) => how)).toEqual(['numbered', 'numbered']);
  // Another kind of suffix is judged by itself.
  expect(found(...many, 'P1v1', 'P1v2').map(([how]) => how)).toEqual(['numbered', 'suffix']);
});

test('IDs are compared within a hospital for one patient, and across hospitals for two', () => {
  expect(alikeWithin([...of('JM', '1', '7a'), ...of('SY', '001', '7b')])).toEqual([]);
  const people = [...of('JM', '1@JM', '2', 'P-3'), ...of('SY', '1@SY', '002', '4'), ...of('ZS', 'p3')];
  expect(alikeAcross(people).map(({ patients }) => patients.map(({ patient }) => patient))).toEqual([
    ['1@JM', '1@SY'],
    ['2', '002'],
    ['P-3', 'p3'],
  ]);
});

test('IDs of signs alone are not one patient', () => expect(found('-', '…', '_')).toEqual([]));
