import { expect, test } from 'vitest';
import { classOf } from './class-of.ts';

test('a label is asked for by its number or its name', () => {
  const names = ['良性', 'Malignant'];
  expect(['0', '1', ' malignant', '良性'].map((one) => classOf(one, names))).toEqual([0, 1, 1, 0]);
  expect(classOf(undefined, names)).toBeUndefined();
  expect(classOf('grade1', ['grade0', 'grade1'])).toBe(1);
});

test.each([
  ['2', 'Give one of benign, malignant; or give'],
  ['-1', 'Give one of benign, malignant; or give'],
  ['Malignat', "Did you mean 'malignant'? Or give"],
  ['', 'Give one of benign, malignant; or give'],
])('%j is none, and the error names those that are', (wanted, instead) => {
  expect(() => classOf(wanted, ['benign', 'malignant'])).toThrow(
    expect.objectContaining({
      code: 'E_CLASS',
      exitCode: 2,
      message: `there is no label '${wanted}' (--class). ${instead} a number below 2`,
    }),
  );
});
