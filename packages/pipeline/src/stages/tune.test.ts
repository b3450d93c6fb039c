import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Config,
  readCohort,
  readHistory,
  readSplit,
  SPLITS,
  splitFiles,
  splitHash,
  splitPath,
} from '@radweave/artifacts';
import { readSliceTable } from '@radweave/network/slices/load';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { ofSearch } from '../work/search.ts';
import type { TrialOutcome } from '../work/tune-trial.ts';
import { preprocess } from './preprocess.ts';
import { tune, tuneTrial } from './tune.ts';

/** A study whose only readable images are those of training patients. */
async function prepared(): Promise<Config> {
  const folder = tempDir();
  const config = cohortConfig(folder);
  writeCohortFolders(join(folder, 'raw'), 8, 2);
  await preprocess({ config }, listening());
  for (const split of ['val', 'test'] as const) {
    const { rows } = readSliceTable(config.data, split, 'A');
    expect(rows).not.toEqual([]);
    for (const { path } of rows) rmSync(path);
  }
  Object.assign(config.model, { name: 'mobilenetv3_small_100', pretrained: false });
  Object.assign(config.training, { batch_size: 6, epochs: 2, precision: 'fp32' });
  Object.assign(config.tune, { folds: 2, min_epochs: 1, reduction: 2, trials: 2 });
  config.tune.space = { 'training.learning_rate': [0.001, 1e20] };
  return config;
}

/** The trial with this learning rate, up to so many epochs. */
async function tried(config: Config, rate: number, epochs: number): Promise<TrialOutcome> {
  const { trials } = await tune({ config, modality: 'A' }, listening());
  const trial = 1 + trials.findIndex(({ settings }) => settings['training.learning_rate'] === rate);
  return await tuneTrial({ config: ofSearch(config, 'A'), modality: 'A', trial, epochs }, listening());
}

test('a trial learns from training patients alone, goes on from its checkpoint, and is as if it had never paused', async () => {
  const config = await prepared();
  const { search, trials } = await tune({ config, modality: 'A' }, listening());
  const people = (data: Config['data'], split: (typeof SPLITS)[number]): string[] =>
    readSliceTable(data, split, 'A').patients.map(({ patient }) => patient);
  const training = people(config.data, 'train');
  const { patients } = readCohort(splitFiles(config.data.splits_dir).cohort);
  expect(search).toEqual({
    modality: 'A',
    trials: 2,
    patients: training.length,
    trained_on_hash: splitHash(patients.filter(({ split }) => split === 'train')),
    rungs: [1, 2],
    reduction: 2,
  });
  const begun = await tried(config, 0.001, 1);
  const paused = await tried(config, 0.001, 2);
  const name = trials.find(({ settings }) => settings['training.learning_rate'] === 0.001)?.name ?? '';
  const foldsIn = ({ experiment }: Config): RunFolder[] =>
    [1, 2].map((fold) => new RunFolder(experiment.output_dir, `${name}_fold${fold}`));
  for (const run of foldsIn(ofSearch(config, 'A'))) {
    const sets = SPLITS.map((split) => [
      ...new Set(readSplit(splitPath(run.splits, split, 'A')).map(({ patient }) => patient)),
    ]);
    expect(sets.flat().toSorted()).toEqual(training.toSorted());
    expect(readHistory(run.history).map(({ epoch }) => epoch)).toEqual([1, 2]);
  }
  expect(begun).toMatchObject({ epochs: 1, isKept: false, note: '' });
  expect(await tried(config, 0.001, 2)).toEqual({ ...paused, isKept: true });
  const other = { ...config, experiment: { ...config.experiment, output_dir: tempDir() } };
  const straight = await tried(other, 0.001, 2);
  expect(straight).toMatchObject({ identity: paused.identity, folds: paused.folds, score: paused.score });
  const historyOf = (of: Config) => foldsIn(ofSearch(of, 'A')).map(({ history }) => readHistory(history));
  expect(historyOf(other)).toEqual(historyOf(config));
  const [a = Number.NaN, b = Number.NaN] = paused.folds;
  expect(paused.score).toBeCloseTo(((a ?? 0) + (b ?? 0)) / 2, 12);
});

test('settings with which nothing is learnt are a result without a score, not an error', async () => {
  const failed = await tried(await prepared(), 1e20, 1);
  expect(failed).toMatchObject({
    score: null,
    folds: [null],
    note: expect.stringMatching(/loss became NaN/),
  });
});

test.each([
  ['a class with fewer patients than folds', { tune: { folds: 7 } }, 'E_FOLDS'],
  ['more frozen stages than the network has', { space: { 'model.freeze_stages': [0, 16] } }, 'E_FREEZE'],
  ['a network that does not exist', { space: { 'model.name': ['resnet18', 'resnet1'] } }, 'E_MODEL'],
])(
  'before anything is trained %s is refused',
  async (_, { tune: own = {}, space }: { tune?: object; space?: Config['tune']['space'] }, code) => {
    const config = await prepared();
    Object.assign(config.tune, own, space === undefined ? {} : { space });
    await expect(tune({ config, modality: 'A' }, listening())).rejects.toMatchObject({ code });
  },
);
