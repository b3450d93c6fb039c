import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvaluation } from '@radweave/artifacts';
import { listening } from '@radweave/study/testing/cohort';
import { madeUpCohort } from '@radweave/study/testing/features';
import { expect, test } from 'vitest';
import { prepared, run } from '../testing/evaluations.ts';
import { fuse } from './fuse.ts';
import { visualize } from './visualize.ts';

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

test('of one modality, findings and figures tell of the classifier of its features, of no fusion', async () => {
  const config = await prepared();
  config.data.modalities = ['A'];
  await fuse({ config, modalities: ['A'] }, listening());
  const { findings, primary } = await run(config, { modalities: ['A'] });
  expect(primary).toBe('fused');
  expect(findings[0]?.text).toMatch(/: A, AUC /);
  expect(findings.map(({ text }) => text).join()).not.toContain('fused');
  // As in the rows, which a script may join.
  expect(JSON.stringify(findings[0]?.params)).toContain('"model":"fused"');
  const context = listening();
  const { files } = await visualize({ config, modalities: ['A'] }, context);
  const drawn = files
    .filter((file) => /(?:roc|confusion)_.*\.svg$/.test(file))
    .map((file) => readFileSync(file, 'utf8'));
  expect(drawn.length).toBeGreaterThan(3);
  for (const svg of drawn) expect(svg).toMatch(/[Ll]ogistic regression on the features of A/);
  expect(`${drawn} ${context.said}`).not.toMatch(/\bfused\b/);
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
  const notes = rows.flatMap((row) => JSON.stringify(row).match(/label \w+/g) ?? []);
  expect(new Set(notes)).toEqual(new Set(['label grade2']));
});
