import { naturalCompare } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import { classKey } from './class-folders.ts';
import { type ClassCounts, oddClasses } from './odd-classes.ts';

/** Classes with the patients that each of the hospitals has. */
const counted = (classes: Readonly<Record<string, readonly number[]>>): ClassCounts =>
  new Map(
    Object.entries(classes)
      .map(([name, patients]) => [classKey(name), new Map(patients.map((n, i) => [`H${i}`, n]))] as const)
      .sort(([a], [b]) => naturalCompare(a, b)),
  );

test.each([
  ['有淋巴结转移', '无淋巴结转移'],
  ['淋巴结转移', '淋巴结无转移'],
  ['HPV阳性', 'HPV阴性'],
  ['肿瘤低级别', '肿瘤高级别'],
  ['左侧肺结节', '右侧肺结节'],
  ['HPV16+', 'HPV16-'],
  ['HER2+', 'HER2−'],
  ['PD-L1', 'PD-L1-'],
  ['luminal A', 'luminal B'],
  ['Stage IIA', 'Stage IIB'],
  ['Stage T1a', 'Stage T1b'],
  ['T1N0M0', 'T1N1M0'],
  ['hyperintense', 'hypointense'],
  ['intrahepatic', 'extrahepatic'],
  ['unilateral', 'bilateral'],
  ['age <60', 'age ≥60'],
  ['PIK3CA mutated', 'PIK3CA unmutated'],
  ['typical', 'atypical'],
  ['G2', 'G4'],
])('%s and %s are two classes, however few patients they have', (one, other) => {
  expect(oddClasses(counted({ [one]: [1], [other]: [2] }))).toEqual([]);
});

test.each([
  ['malignant', 'malignat'],
  ['benign', 'bening'],
  ['responder', 'respnder'],
  ['Klarzellig', 'Klarzelig'],
  ['高级别胶质瘤', '高级别胶质病'],
  ['low risk', 'lov risk'],
])('%s and %s may be one class, unless one hospital has 5 patients of each', (one, other) => {
  const odd = [one, other].map(classKey).sort(naturalCompare);
  const of = (a: readonly number[], b: readonly number[]): string[] =>
    oddClasses(counted({ [one]: a, [other]: b }));
  expect(of([20], [4])).toEqual(odd);
  // Each hospital has its own spelling.
  expect(of([0, 30], [30, 0])).toEqual(odd);
  expect(of([51], [5])).toEqual(odd);
  expect(of([50], [5])).toEqual([]);
  expect(of([0, 9], [30, 9])).toEqual([]);
});

test.each([
  ['low-grade', 'low grade'],
  ['low grade', 'lowgrade'],
  ['高 级别', '高级别'],
  ['LGG_IDH', 'LGG-IDH'],
])('%s and %s are one class, however many patients have each', (one, other) => {
  expect(oddClasses(counted({ [one]: [40], [other]: [40] }))).toHaveLength(2);
});

test('numbers that leave one out', () => {
  // A bare number may stand for a missing value.
  expect(oddClasses(counted({ 0: [30], 1: [30], 9: [30] }))).toEqual(['0', '1', '9']);
  expect(oddClasses(counted({ G1: [3], G2: [30], G4: [30] }))).toEqual([]);
  expect(oddClasses(counted({ G1: [30], G2: [30], G22: [2] }))).toEqual(['g22']);
});
