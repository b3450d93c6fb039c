// What becomes of patients who lack a modality: left out, or kept in the sets of the modalities that they have.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readCohort, readExclusions, readSplit, SPLITS, splitPath } from '@radweave/artifacts';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { preprocess } from './preprocess.ts';

/** Two patients of home and one of each other hospital lack a modality, one patient lacks both. */
function lackingCohort(): ReturnType<typeof cohortConfig> {
  const config = cohortConfig(tempDir());
  const raw = config.data.root_dir ?? '';
  writeCohortFolders(raw, 6, 1);
  for (const place of [
    'JM/fold1/grade0/JM000/P',
    'JM/fold2/grade1/JM011/A',
    'SY/grade0/SY000/P',
    'ZS/grade1/ZS010/A',
    'ZS/grade0/ZS000/A',
    'ZS/grade0/ZS000/P',
  ]) {
    rmSync(join(raw, place), { recursive: true });
  }
  return config;
}

test('with drop, which is the default, everybody has every modality, and nothing tells of others', async () => {
  const config = lackingCohort();
  expect(config.data.missing).toBe('drop');
  const { summary } = await preprocess({ config }, listening());
  expect(summary.kinds).toBeUndefined();
  expect(summary.excluded).toEqual({ missing_modality: 5 });
  const complete = readCohort(join(config.data.splits_dir, 'cohort.csv')).patients;
  expect(complete.every(({ slices }) => slices.A === 1 && slices.P === 1)).toBe(true);
  // Where nobody lacks anything, allow divides the patients as drop does, to the byte.
  const raw = config.data.root_dir ?? '';
  for (const name of ['JM/fold1/grade0/JM000', 'JM/fold2/grade1/JM011', 'SY/grade0/SY000', 'ZS']) {
    rmSync(join(raw, name), { recursive: true });
  }
  const bytes = async (missing: 'drop' | 'allow'): Promise<string[]> => {
    config.data.missing = missing;
    await preprocess({ config }, listening());
    const names = readdirSync(config.data.splits_dir).filter((name) => name.endsWith('.csv'));
    return names.sort().map((name) => readFileSync(join(config.data.splits_dir, name), 'utf8'));
  };
  expect(await bytes('allow')).toEqual(await bytes('drop'));
});

test('with allow a patient stays in the sets of what there is, in one set for all modalities', async () => {
  const config = lackingCohort();
  config.data.missing = 'allow';
  const context = listening();
  const { summary } = await preprocess({ config }, context);
  const { patients } = readCohort(join(config.data.splits_dir, 'cohort.csv'));
  expect(patients).toHaveLength(12 + 4 + 3);
  const home = patients.filter(({ hospital }) => hospital === 'JM');
  const inTrain = (label: number): number =>
    home.filter((one) => one.label === label && one.split === 'train').length;
  // Everybody is drawn from, label by label.
  expect([inTrain(0), inTrain(1)]).toEqual([4, 4]);
  for (const split of SPLITS) {
    for (const modality of ['A', 'P']) {
      const listed = readSplit(splitPath(config.data.splits_dir, split, modality)).map((row) => row.patient);
      const expected = patients.filter((one) => one.split === split && (one.slices[modality] ?? 0) > 0);
      expect(listed.sort()).toEqual(expected.map(({ patient }) => patient).sort());
    }
  }
  const slicesOf = (name: string) => patients.find(({ patient }) => patient === name)?.slices;
  expect(slicesOf('JM000')).toEqual({ A: 1, P: 0 });
  expect(slicesOf('ZS010')).toEqual({ A: 0, P: 1 });
  const exclusions = readExclusions(join(config.data.splits_dir, 'exclusions.csv'));
  expect(exclusions.map(({ patient }) => patient)).toEqual(['ZS000']);
  const count = (own: string): number =>
    (summary.kinds ?? [])
      .filter((one) => one.modalities.join(' ') === own)
      .reduce((sum, one) => sum + one.patients, 0);
  expect([count('A P'), count('A'), count('P')]).toEqual([15, 2, 2]);
  const said = context.said.join('\n');
  expect(said).toContain('SY: 1 of 4 patients lacks P and stays in the sets of the other modalities');
  expect(said).toContain('ZS: 1 of 4 patients lacks A and P and is left out');
});

test('a class that a modality, or who has all, lacks in training or validation is told before anything is written', async () => {
  const config = lackingCohort();
  const raw = config.data.root_dir ?? '';
  writeCohortFolders(raw, 6, 1);
  await preprocess({ config }, listening());
  const { patients } = readCohort(join(config.data.splits_dir, 'cohort.csv'));
  rmSync(config.data.splits_dir, { recursive: true });
  config.data.missing = 'allow';
  const [A, P] = ['A', 'P'].map((modality) => {
    const rows = patients.filter((one) => one.split !== 'test' && one.label === 1);
    const place = (patient: string): string => `fold${1 + (Number(patient.at(-1)) % 5)}/grade1/${patient}`;
    return rows.map(({ patient }) => join(raw, 'JM', place(patient), modality));
  });
  // In each set one after the other has only A or only P: nobody has both.
  for (const [i, one] of patients
    .filter(({ hospital, label }) => hospital === 'JM' && label === 1)
    .entries()) {
    const at = (i % 2 === 0 ? A : P)?.find((place) => place.includes(one.patient)) ?? '';
    rmSync(at, { recursive: true });
  }
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({
    code: 'E_CLASS_MISSING',
    message: expect.stringContaining(
      'the fusion of A and P cannot be learned: training has no patient of label 1',
    ),
  });
  for (const place of A ?? []) rmSync(place, { recursive: true, force: true });
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({
    code: 'E_CLASS_MISSING',
    message: expect.stringContaining('modality A cannot be learned: training has no patient of label 1'),
  });
  expect(existsSync(config.data.splits_dir)).toBe(false);
});

test('names that results have for something else are refused before anything is read', async () => {
  const config = cohortConfig(tempDir());
  const asked = async (name: string, missing: 'allow' | 'drop'): Promise<unknown> => {
    Object.assign(config.data, { modalities: ['A', name], missing });
    return preprocess({ config }, listening()).catch((error: unknown) => error);
  };
  for (const name of ['fused', 'stacked', 'aligned', 'everyone', 'only A', 'network A'])
    expect(await asked(name, 'drop'), name).toMatchObject({ code: 'E_MODALITIES', exitCode: 2 });
  expect(await asked('A+P', 'allow')).toMatchObject({ code: 'E_MODALITIES' });
  for (const name of ['A+P', 'network'])
    expect(await asked(name, 'drop'), name).not.toMatchObject({ code: 'E_MODALITIES' });
});
