import { createHash, createHmac } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { personOf, studyKeyPath } from '@radweave/artifacts';
import { onPosix, tempDir, withoutRoot } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { listening } from '../testing/cohort.ts';
import { bareHash, KnownPatients, patientHash, refuseSeenPatients, warnUntold } from './patient-hash.ts';
import { SliceTable } from './slice-table.ts';
import { keptStudyKey, studyKey } from './study-key.ts';

const study = (folder = tempDir()) => ({ splits_dir: join(folder, 'splits'), study_key: null });

test('a patient is named by HMAC of hospital and ID under the key of the study, whatever the key in tables', () => {
  const data = study();
  const key = studyKey(data);
  const secret = Buffer.from(readFileSync(studyKeyPath(data), 'utf8').trim(), 'hex');
  const hmac = createHmac('sha256', secret).update(['DU', '007'].join('\0')).digest('hex').slice(0, 32);
  expect(patientHash(key, { hospital: 'DU', patient: '007' })).toBe(`${key.id}:${hmac}`);
  expect(patientHash(key, { hospital: 'DU', patient: '007@DU' })).toBe(`${key.id}:${hmac}`);
  expect(patientHash(key, { hospital: 'HT', patient: '007' })).not.toContain(hmac);
  expect(patientHash(studyKey(study()), { hospital: 'DU', patient: '007' })).not.toContain(hmac);
});

test('the key is made once, for the user alone, beside the splits, where git does not look', () => {
  const data = study();
  expect(keptStudyKey(data)).toBeNull();
  const { id } = studyKey(data);
  const path = studyKeyPath(data);
  expect(dirname(dirname(path))).toBe(dirname(data.splits_dir));
  expect([studyKey(data).id, keptStudyKey(data)?.id]).toEqual([id, id]);
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(dirname(path), '.gitignore'), 'utf8')).toBe('*\n');
  const named = { ...data, study_key: join(tempDir(), 'key') };
  expect(studyKey(named).id).not.toBe(id);
  expect(existsSync(join(dirname(named.study_key), '.gitignore'))).toBe(false);
  writeFileSync(path, 'x');
  expect(() => keptStudyKey(data)).toThrow(expect.objectContaining({ code: 'E_KEY', where: path }));
});

onPosix('a key that may not be read is none that is at hand', async () => {
  const folder = tempDir();
  const data = study(folder);
  studyKey(data);
  chmodSync(studyKeyPath(data), 0);
  await withoutRoot(folder, () => {
    expect(keptStudyKey(data)).toBeNull();
    expect(() => studyKey(data)).toThrow(expect.objectContaining({ code: 'E_NOT_READABLE' }));
  });
});

const table = (hospital: string, ...patients: string[]): SliceTable =>
  new SliceTable(patients.map((patient) => ({ path: '', label: 0, patient, hospital })));

test('a checkpoint whose training patients are to be unseen is refused; another hospital has other patients', () => {
  const data = study();
  const trained = [patientHash(studyKey(data), { hospital: 'DU', patient: '1' })];
  const check =
    (hospital: string, patient: string, hashes = trained) =>
    (): void =>
      refuseSeenPatients(
        hashes,
        [{ split: 'test', table: table(hospital, patient) }],
        'x.pth',
        new KnownPatients(data),
      );
  expect(check('DU', '1@DU')).toThrow(/1 patient of the test set was used to train this checkpoint \(1@DU\)/);
  for (const other of ['1', '1@HT']) expect(check('HT', other)).not.toThrow();
  // Earlier versions hashed the ID alone: nobody can tell the hospital any more.
  const bare = [createHash('sha256').update('1').digest('hex').slice(0, 32)];
  expect(bare).toEqual([bareHash('1')]);
  expect(check('DU', '1', bare)).toThrow(/used to train/);
  expect(check('HT', '1@HT', bare)).toThrow(/used to train/);
  expect(check('HT', '2', bare)).not.toThrow();
});

test('under the key of another study nobody is taken for unknown: that it cannot be told is said, and how it could', () => {
  const data = study();
  const person = { hospital: 'DU', patient: '1' };
  const theirs = [patientHash(studyKey(study()), person), bareHash('2')];
  const without = new KnownPatients(data);
  studyKey(data);
  for (const known of [without, new KnownPatients(data)]) {
    const context = listening();
    warnUntold(theirs, 'x.pth', known, context);
    expect(context.said).toHaveLength(1);
    expect(context.said[0]).toContain(
      'Whether x.pth was trained on patients of validation or test cannot be told',
    );
    expect(context.said[0]).toContain(studyKeyPath(data));
    expect(known.has(new Set(theirs), person)).toBe(false);
    expect(known.find(new Set(theirs), personOf({ hospital: 'HT', id: '2' }))).toBe('by ID');
    warnUntold(
      [patientHash(studyKey(data), person), bareHash('2')],
      'x.pth',
      new KnownPatients(data),
      context,
    );
    expect(context.said).toHaveLength(1);
  }
});
