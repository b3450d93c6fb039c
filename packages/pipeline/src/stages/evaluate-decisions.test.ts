import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvaluation, writeCohort } from '@radweave/artifacts';
import { madeUpCohort, writeOwnSplits } from '@radweave/study/testing/features';
import { filesBelow } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { modalities, prepared, run } from '../testing/evaluations.ts';

function everyFile(folder: string): Record<string, string> {
  return Object.fromEntries(filesBelow(folder).map((path) => [path, readFileSync(path, 'utf8')]));
}

test('the same seed gives the same files; frozen decisions can be taken over, not altered ones', async () => {
  const config = await prepared();
  config.evaluation.calibration = 'platt';
  const { outputDir } = await run(config);
  const first = everyFile(outputDir);
  expect(Object.keys(first).length).toBeGreaterThan(15);
  await run(config);
  expect(everyFile(outputDir)).toEqual(first);

  const again = join(config.experiment.output_dir, 'again');
  const taken = structuredClone(config);
  taken.evaluation.threshold_rule = 'fixed';
  await run(taken, { frozen: join(outputDir, 'frozen'), outputDir: again });
  for (const name of ['metrics.csv', 'predictions_test.csv', join('frozen', 'fused.threshold.json')]) {
    expect(readFileSync(join(again, name), 'utf8')).toBe(readFileSync(join(outputDir, name), 'utf8'));
  }
  const file = join(again, 'frozen', 'network_A.threshold.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"threshold": [\d.e-]+/, '"threshold": 0.123'));
  await expect(run(config, { frozen: join(again, 'frozen') })).rejects.toThrow(
    /changed after it was fitted.*network_A.threshold.json/s,
  );
  rmSync(file);
  await expect(run(config, { frozen: join(again, 'frozen') })).rejects.toThrow(
    /no threshold was frozen for the model 'network A'/,
  );
  config.experiment.seed = 7;
  await run(config);
  expect(everyFile(outputDir)).not.toEqual(first);
});

test('decisions taken over from other patients are not said to be chosen on these', async () => {
  const config = await prepared();
  config.evaluation.calibration = 'platt';
  const elsewhere = await prepared(madeUpCohort({ train: 40, val: 20, test: 20 }));
  const { outputDir } = await run(config);
  const { rows } = await run(elsewhere, { frozen: join(outputDir, 'frozen') });
  const own = rows.filter(({ split }) => split === 'val');
  expect(own.length).toBeGreaterThan(0);
  for (const { note } of own) {
    expect(note?.text).not.toMatch(/(threshold was chosen|calibrator was fitted) on these patients/);
    expect(note?.text).toContain(
      'the threshold was taken over from an earlier evaluation, which chose it on 30 patients of JM (val), perhaps some of these',
    );
    expect(note?.text).toContain(
      'the calibrator was taken over from an earlier evaluation, which fitted it on 30',
    );
  }
});

test('decisions are never fitted on patients of another hospital, nor results of another split evaluated', async () => {
  const cohort = madeUpCohort({ train: 40, val: 20, test: 20 });
  const config = await prepared(cohort);
  const summary = {
    format: 1,
    counts: [],
    modalities,
    home_hospital: 'KK',
    train_ratio: 0.7,
    seed: 1,
    split_hash: 'a'.repeat(64),
    excluded: {},
    files: {},
    versions: {},
  };
  const summaryFile = join(config.data.splits_dir, 'summary.json');
  writeFileSync(summaryFile, JSON.stringify(summary));
  await expect(run(config)).rejects.toThrow(/home patients.*external or test: .*\(JM, val\).*home hospital/s);
  writeFileSync(summaryFile, JSON.stringify({ ...summary, home_hospital: 'JM' }));
  expect((await run(config)).models).toContain('fused');

  const moved = cohort.map((one, i) => ({
    ...one,
    split: i === 45 ? ('train' as const) : one.split,
    slices: { A: 1, P: 1 },
  }));
  writeCohort(join(config.data.splits_dir, 'cohort.csv'), moved, modalities);
  await expect(run(config)).rejects.toThrow(/1 patient now in train is not in it, such as 0046 of JM/);
});

test('own split files say who is where: they are recorded, and results of another division refused', async () => {
  const cohort = madeUpCohort({ train: 40, val: 20, test: 20 });
  const config = await prepared(cohort);
  rmSync(join(config.data.splits_dir, 'cohort.csv'));
  writeOwnSplits(config, modalities, cohort);
  const evaluation = readEvaluation((await run(config)).evaluationFile);
  expect(evaluation.home_hospital).toBe('JM');
  const names = evaluation.inputs.map(({ path }) => path.split('/').at(-1));
  for (const split of ['train', 'val', 'test']) expect(names).toContain(`${split}_P.csv`);
  writeOwnSplits(
    config,
    modalities,
    cohort.filter(({ patient }) => patient !== '0046'),
  );
  await expect(run(config)).rejects.toThrow(/patient 0046 is val, JM.*but absent from the split files/s);
});
