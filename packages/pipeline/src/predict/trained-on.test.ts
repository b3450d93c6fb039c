import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { patientHash } from '@radweave/study/cohort/patient-hash';
import { studyKey } from '@radweave/study/cohort/study-key';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { NewPeople, TrainedOn } from './trained-on.ts';

test.each([
  ['that of another hospital', 'SY', ''],
  ['the one they had', 'JM', 'in-sample: a network was trained on this patient'],
  [
    'of another name, such as a copy',
    'to_predict',
    'perhaps in-sample: a network was trained on a patient of this ID',
  ],
])('training patients in a folder %s', (_, place, note) => {
  const { data } = cohortConfig(tempDir());
  mkdirSync(data.splits_dir, { recursive: true });
  const rows = ['raw/JM/grade0/7/A/1.png,0', 'raw/SY/grade0/8/A/1.png,0'];
  writeFileSync(join(data.splits_dir, 'train_A.csv'), ['image_path,label', ...rows].join('\n'));
  const hashes = [patientHash(studyKey(data), { hospital: 'JM', patient: '7' })];
  const trained = new TrainedOn();
  new NewPeople(data, ['A'], null, listening(), place).look(['7'], hashes, 'best_model.pth', trained);
  expect(trained.noteOf('7')).toBe(note);
});

test.each([
  ['jm', /no hospital 'jm'.* Did you mean 'JM'\?$/],
  ['XY', /no hospital 'XY', so its patients count as new ones.*keep it, where the hospital is new$/],
  ['JM', null],
])('a hospital that the study does not have is told: %s', (hospital, said) => {
  const { data } = cohortConfig(tempDir());
  mkdirSync(data.splits_dir, { recursive: true });
  writeFileSync(join(data.splits_dir, 'train_A.csv'), 'image_path,label\nraw/JM/grade0/7/A/1.png,0\n');
  const context = listening();
  new NewPeople(data, ['A'], hospital, context);
  expect(context.said).toEqual(said === null ? [] : [expect.stringMatching(said)]);
});
