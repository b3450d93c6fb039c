import { expect, test } from 'vitest';
import { normalisedId, withoutSuffix } from './id-forms.ts';

test.each([
  ['letter', '0998a', '0998b', '0998_c', '998 (d)'],
  ['number', '0998_2', '0998-03', '0998 (4)', '0998(5)', '998.6'],
  ['visit', 'P1v1', 'P1_v2', 'p1-Visit3', 'P01FU4', 'P1post', 'P1 (left)', 'P1_lesion2', 'P1L3', 'P1_ses-4'],
  ['visit', 'x_visit1', 'x_pre', 'xpost', 'x-baseline', 'x_follow-up_2', 'x_L1'],
  ['visit', '张三_术前', '张三术后', '张三-随访2'],
  ['date', 'x_20240131', 'x-2024-01-31', 'x 2024.03.01', 'X20240131'],
  ['date', 'CS4220240131', 'cs-4220240301', 'CS042 2024-03-01'],
  ['word', 'CS42_arterial', 'CS-42_rescanned2'],
])('the last %s of an ID: %s …', (kind, first, ...others) => {
  const known = withoutSuffix(first);
  expect(known?.kind).toBe(kind);
  for (const id of others) expect([id, withoutSuffix(id)]).toEqual([id, known]);
});

test.each(['0998', 'P1', 'x', 'zhang', 'JM0010', 'TCGA-CS-4941', 'C3L-00016', '1020230115', 'visit1', 'x_1'])(
  '%s is numbered, or nothing stands before its last part',
  (id) => expect(withoutSuffix(id)).toBeNull(),
);

test('IDs of separators alone are not one ID', () => {
  expect(new Set(['-', '…', '_', '--'].map(normalisedId)).size).toBe(4);
  expect(normalisedId('cs-0042')).toBe(normalisedId('CS 42'));
});
