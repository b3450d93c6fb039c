import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEachFileChange, copyTree, filesBelow, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { TrainOptions } from '../work/open-training.ts';

/** The data do not change; the lock of a process that is gone is taken over. */
const SKIPPED = ['raw', 'data', '.radweave.lock'];

/** What a finished run has; the rest names processes and times. */
const RESULTS = [
  'outputs/logs/run/training_history.csv',
  'outputs/logs/run/val_metrics.csv',
  'outputs/logs/run/test_metrics.csv',
  'outputs/logs/run/slice_predictions_train.csv',
  'outputs/logs/run/slice_predictions_val.csv',
  'outputs/logs/run/slice_predictions_test.csv',
  'outputs/logs/run/evaluation/metrics.csv',
  'outputs/logs/run/evaluation/predictions_test.csv',
];
const OTHERS = [
  'outputs/logs/run/config.yaml',
  'outputs/logs/run/evaluation/evaluation.json',
  'outputs/checkpoints/best_model.pth',
  'outputs/checkpoints/A/best_model.pth',
  'outputs/checkpoints/run/best_model.pth',
  'outputs/checkpoints/run/last_checkpoint.pth',
  'best_hparams/mobilenetv3_small_100_A.yaml',
];

test('killed at any moment, a training ends as it would have by the same command', async () => {
  const work = join(tempDir(), 'work');
  const snapshots = tempDir();
  let isWatched = false;
  let last = '';
  let count = 0;
  const restore = afterEachFileChange(() => {
    if (!isWatched) return;
    isWatched = false;
    const state = stateOf(work);
    if (state !== last) copyTree(work, join(snapshots, String(++count).padStart(3, '0')), SKIPPED);
    last = state;
    isWatched = true;
  });
  // After the functions of node:fs are watched.
  const { train } = await import('./train.ts');
  const { preprocess } = await import('./preprocess.ts');
  const { cohortConfig, listening, writeCohortFolders } = await import('@radweave/study/testing/cohort');
  const config = cohortConfig(work);
  writeCohortFolders(join(work, 'raw'), 3, 2);
  await preprocess({ config }, listening());
  Object.assign(config.model, { name: 'mobilenetv3_small_100', pretrained: false });
  Object.assign(config.training, { batch_size: 8, epochs: 2, precision: 'fp32' });
  config.experiment.name = 'run';
  config.evaluation.bootstrap_replicates = 100;
  const options = (resume: boolean): TrainOptions => {
    const bestHparamsDir = join(work, 'best_hparams');
    return { config: structuredClone(config), given: [], modality: 'A', resume, run: '', bestHparamsDir };
  };
  isWatched = true;
  await train(options(false), listening());
  isWatched = false;
  restore();
  const expected = RESULTS.map((path) => readFileSync(join(work, path), 'utf8'));
  const names = readdirSync(snapshots).sort();
  expect(names.length).toBeGreaterThan(20);

  for (const name of names) {
    for (const folder of ['outputs', 'best_hparams'])
      rmSync(join(work, folder), { recursive: true, force: true });
    mkdirSync(join(work, 'outputs'), { recursive: true });
    copyTree(join(snapshots, name), work);
    const isBegun = existsSync(join(work, 'outputs/checkpoints/run/run.json'));
    const { run } = await train(options(isBegun), listening());
    expect(run).toBe('run');
    expect(
      RESULTS.map((path) => readFileSync(join(work, path), 'utf8')),
      name,
    ).toEqual(expected);
    expect(
      OTHERS.filter((path) => !existsSync(join(work, path))),
      name,
    ).toEqual([]);
    expect(
      filesBelow(join(work, 'outputs')).filter((path) => /\.(tmp|lock)$/.test(path)),
      name,
    ).toEqual([]);
    expect((await train(options(true), listening())).ending, name).toBe('already finished');
  }
});

/** Names, sizes and times: another state of the folder has another. An evaluation is made whole, whatever is there of it. */
function stateOf(folder: string): string {
  const files = ['outputs', 'best_hparams'].flatMap((name) =>
    existsSync(join(folder, name)) ? filesBelow(join(folder, name)) : [],
  );
  return files
    .filter((path) => !/\.(tmp|lock)$|evaluation.(?!evaluation\.json)/.test(path))
    .map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`)
    .join('\n');
}
