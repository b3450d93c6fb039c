import { expect, test } from 'vitest';
import { FIRST_FILES, namedFile } from './named-files.ts';

const NAMING = { patterns: FIRST_FILES, hospitals: new Set(['JM', '军']), patients: new Set<string>() };

test.each<[path: string, patient: string, series: string, more?: object]>([
  ['sub-01/ses-2/anat/sub-01_ses-2_ce-gd_T1w.nii.gz', '01', 'ses-2 ce-gd T1w'],
  ['sub-02_T2w.nii', '02', 'T2w'],
  ['imagesTr/BRATS_001_0000.nii.gz', 'BRATS_001', '0000'],
  ['BraTS20_001/BraTS20_001_t1ce.nii.gz', 'BraTS20_001', 't1ce'],
  ['JM/P7/T1.nii', 'P7', 'T1'],
  ['JM/7_T1.nii', '7', 'T1'],
  ['军/images/P7_T1.nii', 'P7', 'T1'],
  ['P7/images/T1.nii', 'P7', 'T1'],
  ['imagesTr/P7_T1.nii.gz', 'P7', 'T1'],
  ['data/Images/P7_T1.nii.gz', 'data', 'P7 T1'],
  ['JM/P7_T1_01.png', 'P7', 'T1'],
  ['images/grade0/P7/A/001.jpg', 'P7', 'A', { hospital: 'images', label: '0' }],
  ['P7_1_art.nii.gz', 'P7_1', 'art'],
  ['JM/grade1/P7/A.nii.gz', 'P7', 'A', { hospital: 'JM', label: '1' }],
  ['JM/fold2/grade0/P7/A/001.jpg', 'P7', 'A', { hospital: 'JM', label: '0' }],
])('%s is of %s', (path, patient, series, more = {}) => {
  expect(namedFile(path, NAMING)).toEqual({ patient, series, hospital: null, label: null, ...more });
});

test('patterns of the user read folders of any name', () => {
  const own = { ...NAMING, patterns: ['^(?<patient>[^/]+)/', ...FIRST_FILES] };
  expect(namedFile('images/P7_T1.nii', own)).toMatchObject({ patient: 'images' });
  expect(namedFile('JM/P7_T1.nii', own)).toMatchObject({ patient: 'JM' });
});

test('patterns of the user below the others read what these take for folders of images', () => {
  const own = { ...NAMING, patterns: [...FIRST_FILES, '(?<patient>[^/]+)\\.nii$'] };
  expect(namedFile('images/case_7.nii', own)).toMatchObject({ patient: 'case_7', series: '' });
  expect(namedFile('images/P7/T1.nii', own)).toMatchObject({ patient: 'P7', series: 'T1' });
});

test.each<[path: string, patient: string, series: string]>([
  ['case_7.nii.gz', 'case_7', ''],
  ['set/images/case_7.NII', 'case_7', ''],
  ['JM/case_7.nii', 'case_7', ''],
  ['images/1.png', '1', ''],
  ['images/P7/1.nii.gz', 'P7', '1'],
  ['case_7_1.nii.gz', 'case_7', '1'],
  ['case_8.nii.gz', 'case', '8'],
])('%s is of %s where the table has 1, P7 and case_7', (path, patient, series) => {
  const patients = new Set(['1', 'P7', 'case_7']);
  expect(namedFile(path, { ...NAMING, patients })).toMatchObject({ patient, series });
});

test.each<[path: string, patient: string | null, series?: string]>([
  ['12/A/3.png', '12', 'A'],
  ['JM/grade0/12/A/3.png', '12', 'A'],
  ['12/A/P3.png', '12', 'A'],
  ['12/3.nii.gz', '12', '3'],
  ['JM/12/3.nii.gz', '12', '3'],
  // No pattern says which of the two is the patient.
  ['12/3.png', null],
  ['JM/3.png', '3', ''],
])('%s is of %s where 12 was taken out of a table with 3 and P3', (path, patient, series) => {
  const patients = new Set(['3', 'P3']);
  const named = namedFile(path, { ...NAMING, patients });
  expect(named).toEqual(patient === null ? null : expect.objectContaining({ patient, series }));
});

test('without patterns a table names nobody', () => {
  expect(namedFile('P3.png', { ...NAMING, patterns: [], patients: new Set(['P3']) })).toBeNull();
});

test('what no pattern fits is nobody’s', () => {
  for (const name of ['P7.nii.gz', 'imagesTr/P7.nii.gz', 'JM/P7.nii'])
    expect(namedFile(name, NAMING)).toBeNull();
});
