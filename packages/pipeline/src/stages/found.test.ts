import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readEvaluation } from '@radweave/artifacts';
import { madeUpCohort } from '@radweave/study/testing/features';
import { expect, test } from 'vitest';
import { prepared, run } from '../testing/evaluations.ts';

test('an evaluation writes what it found, and compares the external hospitals', async () => {
  const { findings, evaluationFile, outputDir } = await run(await prepared());
  const saved = readEvaluation(evaluationFile);
  expect(saved).toMatchObject({ format: 3, findings });
  expect(findings[0]?.text).toMatch(/^better than chance outside the home hospital .*: fused, AUC /);
  expect(saved.heterogeneity.map(({ model: name, hospitals }) => [name, hospitals])).toEqual(
    ['fused', 'A', 'P', 'network A', 'network P'].map((name) => [name, ['SY', 'ZS']]),
  );
  for (const { model: name, within_auc } of saved.heterogeneity) {
    const pooled = saved.rows.find(
      ({ model: own, split, hospital }) => own === name && split === 'test' && hospital === 'all',
    );
    expect(Math.abs((within_auc.value ?? 0) - (pooled?.auc.value ?? 1))).toBeLessThan(0.1);
  }
  expect(existsSync(join(outputDir, 'heterogeneity.csv'))).toBe(true);
});

test('a test set of the home hospital is said to be internal before all else, of others in part', async () => {
  const found = async (isAtHome: (hospital: string) => boolean): Promise<string[]> => {
    const cohort = madeUpCohort({ train: 20, val: 14, test: 16 }).map((one) =>
      isAtHome(one.hospital) ? { ...one, hospital: 'JM' } : one,
    );
    const { evaluationFile } = await run(await prepared(cohort), { networksOnly: true });
    return readEvaluation(evaluationFile).findings.map(({ text }) => text);
  };
  const [first, ...others] = await found(() => true);
  expect(first).toMatch(/^the test is internal, .*: JM has patients in it and in training/);
  expect(others.join('\n')).toContain('than chance in the test set');
  expect(others.join('\n')).not.toMatch(/external|outside/);
  const [partly] = await found((hospital) => hospital === 'SY');
  expect(partly).toMatch(/^the test is external in part only: JM has/);
});

test('what cannot be computed of a class is told by its name', async () => {
  const cohort = madeUpCohort({ train: 30, val: 18, test: 24 }, 3).map((one) =>
    one.hospital === 'ZS' && one.label === 2 ? { ...one, hospital: 'SY' } : one,
  );
  const { evaluationFile } = await run(await prepared(cohort, 3), { networksOnly: true });
  const rows = readEvaluation(evaluationFile).rows.filter(({ hospital }) => hospital === 'ZS');
  const notes = rows.flatMap((row) => JSON.stringify(row).match(/class \w+/g) ?? []);
  expect(new Set(notes)).toEqual(new Set(['class grade2']));
});
