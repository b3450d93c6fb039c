import { expect, test } from 'vitest';
import type { Dataset } from '../dicom/dataset.ts';
import { TAG } from '../dicom/tags.ts';
import { withoutIdentity } from './without-identity.ts';

function of(patient: { name?: string; id?: string; born?: string }): Dataset {
  const texts: Readonly<Record<number, string | undefined>> = {
    [TAG.patientName]: patient.name,
    [TAG.patientId]: patient.id,
    [TAG.birthDate]: patient.born,
  };
  return { text: (tag: number) => texts[tag] ?? '' } as Dataset;
}

test.each([
  ['portal Zhang San 1234567', { name: 'Zhang^San', id: '1234567' }, 'portal …'],
  ['AX_T1_ZHANG_SAN', { name: 'Zhang^San' }, 'AX_T1_…'],
  ['张三门静脉期', { name: 'Zhang^San=张^三' }, '…门静脉期'],
  ['ZhangSan art', { name: 'Zhang^San' }, '… art'],
  ['San Zhang, 19610203 delayed', { name: 'Zhang^San', born: '19610203' }, '…, … delayed'],
  ['Müller (MÜLLER) venous', { name: 'Müller^Ida' }, '… (…) venous'],
  ['H.001/7 portal', { id: 'H.001/7' }, '… portal'],
  // Whole words alone, and no ID that any number could be.
  ['arterial 12 s, Sanford protocol', { name: 'Art^San', id: '12' }, 'arterial 12 s, Sanford protocol'],
  ['ax t2 tse', {}, 'ax t2 tse'],
])('%s of %j', (text, patient, left) => {
  expect(withoutIdentity(text, of(patient))).toBe(left);
});
