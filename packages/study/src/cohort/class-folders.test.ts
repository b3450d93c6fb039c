import { expect, test } from 'vitest';
import { classesOf, type WrittenClass } from './class-folders.ts';

const at = (...folders: string[]): WrittenClass[] =>
  folders.map((folder) => ({ path: `/raw/JM/${folder}`, folder, hospital: 'JM', patients: ['1', '2'] }));

test.each([
  ['benign', 'malignant'],
  ['grade1', 'grade2', 'grade3'],
  ['G2', 'G3'],
  ['gradeI', 'gradeII', 'gradeIII', 'gradeIV'],
  ['0', '1'],
  ['1', '2', '3'],
  ['stage 1', 'stage 2'],
  ['HGG', 'LGG'],
  ['atypical', 'typical'],
  ['恶性', '良性'],
])('classes %j get their labels in this order', (...names) => {
  const { names: found, labelOf } = classesOf(at(...names.toReversed()), null);
  expect(found).toEqual(names);
  expect(names.map(labelOf)).toEqual(names.map((_, label) => label));
});

test('numbers are ordered as numbers, and spellings of one class are one', () => {
  const many = Array.from({ length: 11 }, (_, i) => `G${i + 1}`);
  expect(classesOf(at(...many.toSorted()), null).names).toEqual(many);
  const { names, labelOf } = classesOf(at('Benign', 'malignant', 'benign', ' MALIGNANT'), null);
  expect(names).toEqual(['Benign', 'malignant']);
  expect(['benign', 'Malignant', 'ＢＥＮＩＧＮ'].map(labelOf)).toEqual([0, 1, 0]);
});

test('grade0, grade1, … keep their numbers, and need no names', () => {
  const { names, labelOf } = classesOf(at('Grade0', 'grade01', 'grade2'), null);
  expect(names).toBeNull();
  expect(['grade0', 'GRADE1', 'grade02'].map(labelOf)).toEqual([0, 1, 2]);
  expect(classesOf(at('grade0', 'grade3'), null).labelOf('grade3')).toBe(3);
  expect(classesOf(at('grade0', 'grade1'), ['grade0', 'grade1']).names).toBeNull();
});

test('names that were given decide the order, whatever the folders are called', () => {
  const { names, labelOf } = classesOf(at('HIGH', 'low'), ['low', 'high']);
  expect(names).toEqual(['low', 'high']);
  expect(['HIGH', 'low'].map(labelOf)).toEqual([1, 0]);
});

test.each([
  [['grade0', 'grade1', 'grad1'], "'grad1'", 'grade0, grade1'],
  [['grade1', 'grade2', 'benign'], "'benign'", 'grade1, grade2'],
  [['G1', 'G2', 'unsure'], "'unsure'", 'G1, G2'],
  [['0', '1', '9'], "'0', '1' and '9'", ''],
  [['grade I', 'grade 2', 'grade 3'], "'grade I'", 'grade 2, grade 3'],
  [['benign', 'malignant', 'malignat'], "'malignant' and 'malignat'", 'benign'],
])('%j is a question, with both answers to it', (folders, odd, usual) => {
  expect(() => classesOf(at(...folders), null)).toThrow(
    expect.objectContaining({ code: 'E_LABELS', hint: expect.stringMatching(/Rename or move .*--labels /) }),
  );
  expect(() => classesOf(at(...folders), null)).toThrow(`${odd} may be a class or a typing error`);
  if (usual !== '') expect(() => classesOf(at(...folders), null)).toThrow(`others are called ${usual}`);
});

test('odd cells of a column are told with their lines and as they are written, with a remedy for a table', () => {
  const cells = ['1', '2', '3', 'III', 'G1', 'g1 ', 'Ｇ1', 'G2', 'G-2', 'Grade 2', '3'];
  const column = cells.map((folder, i) => ({
    ...{ path: 'patients.csv', line: i + 2, folder },
    ...{ hospital: 'JM', patients: [String(i)] },
  }));
  expect(() => classesOf(column, null, 'in the column Diagnosis')).toThrow(
    expect.objectContaining({
      code: 'E_LABELS',
      where: 'patients.csv',
      hint: expect.stringMatching(/^Give each class one spelling; .*--labels 1 2 3 \(data/),
    }),
  );
  expect(() => classesOf(column, null, 'in the column Diagnosis')).toThrow(
    "'III' (line 5), 'G1' (line 6), 'g1 ' (line 7), 'Ｇ1' (line 8) and 'G2' (line 9) in the column Diagnosis may be a class or a typing error, where others are called 1, 2, 3",
  );
});
