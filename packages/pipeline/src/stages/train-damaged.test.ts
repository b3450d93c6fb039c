import { copyFileSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { SPLITS, slicePredictionsPath } from '@radweave/artifacts';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { listening } from '@radweave/study/testing/cohort';
import { expect, test } from 'vitest';
import { prepared, resuming } from './train.test.data.ts';
import { train } from './train.ts';

const AGAIN =
  "best checkpoint of the run 'run' was missing, damaged or another training's: it is written again from the last one";
const ANEW = /The run 'run' (.*): it starts from the beginning/;

test('whatever is torn or missing of a run, the same command makes it again, with the same bits', async () => {
  const { config, options } = await prepared();
  config.training.epochs = 1;
  config.evaluation.bootstrap_replicates = 100;
  config.experiment.seed = 7;
  await train(options('other'), listening());
  config.experiment.seed = 42;
  await train(options('run'), listening());
  const { output_dir } = config.experiment;
  const [run, other] = [new RunFolder(output_dir, 'run'), new RunFolder(output_dir, 'other')];
  const published = ['.', 'A'].map((folder) => join(output_dir, 'checkpoints', folder, 'best_model.pth'));
  const results = [run.best, ...published, ...SPLITS.map((split) => slicePredictionsPath(run.logs, split))];
  const contents = () => results.map((path) => readFileSync(path, 'base64'));
  const expected = contents();
  const tear = (path: string): void => truncateSync(path, 1000);
  const isStopped = (): void =>
    run.write({ ...run.read(), status: 'running', predictions_sha256: undefined });
  const cases: [what: string, damage: () => void, said: string | RegExp][] = [
    ['a torn best checkpoint', () => tear(run.best), AGAIN],
    ['no best checkpoint', () => rmSync(run.best), AGAIN],
    ["another run's best checkpoint", () => copyFileSync(other.best, run.best), AGAIN],
    ['published models alone torn', () => published.map(tear), 'what is missing or damaged is made'],
    [
      'no last checkpoint and a torn best one',
      () => [tear(run.best), rmSync(run.last)],
      /has lost its best checkpoint, which is missing, damaged or another training's: it starts/,
    ],
    ['no metrics and a torn last checkpoint', () => [tear(run.last), rmSync(run.metrics('val'))], ANEW],
    ['no metrics and no last checkpoint', () => [rmSync(run.last), rmSync(run.metrics('val'))], ANEW],
    [
      'stopped, and a torn last checkpoint',
      () => [isStopped(), tear(run.last)],
      /damaged last checkpoint: it starts from the beginning\. What it had stays as best_model\.pth\.kept\./,
    ],
    ['stopped, and no last checkpoint', () => [isStopped(), rmSync(run.last)], /keeps no last checkpoint/],
    ['stopped, and a torn best checkpoint', () => [isStopped(), tear(run.best)], AGAIN],
    ['stopped, and no best checkpoint', () => [isStopped(), rmSync(run.best)], AGAIN],
  ];
  for (const [what, damage, said] of cases) {
    damage();
    const context = listening();
    await train(options('run', { ...resuming, run: 'run' }), context);
    expect(context.said.join('\n'), what).toMatch(said);
    expect(contents(), what).toEqual(expected);
    const again = await train(options('run', { ...resuming, run: 'run' }), listening());
    expect(again.ending, what).toBe('already finished');
  }
  expect(readFileSync(`${run.best}.kept`, 'base64')).toBe(expected[0]);
});
