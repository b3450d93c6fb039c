import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, readSplit, splitPath } from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { listening, stoppingAfter } from '@radweave/study/testing/cohort';
import { loadCheckpoint, Tensor } from '@radweave/torch';
import { expect, test } from 'vitest';
import type { TrainOptions } from '../work/open-training.ts';
import { prepared, resuming } from './train.test.data.ts';
import { train } from './train.ts';

async function weights(path: string): Promise<Map<string, Tensor>> {
  const saved = await loadCheckpoint(path);
  const model = saved instanceof Map ? saved.get('model_state_dict') : undefined;
  if (!(model instanceof Map)) throw new Error(`${path} has no weights`);
  return model;
}

async function expectSameRun(
  config: Config,
  a: string,
  b: string,
  checkpoints = ['best_model.pth', 'last_checkpoint.pth'],
): Promise<void> {
  const { output_dir } = config.experiment;
  const file = (run: string, name: string): string =>
    readFileSync(join(output_dir, 'logs', run, name), 'utf8');
  for (const name of [
    'training_history.csv',
    'val_metrics.csv',
    'test_metrics.csv',
    'slice_predictions_train.csv',
    'slice_predictions_test.csv',
  ]) {
    expect(file(b, name)).toBe(file(a, name));
  }
  for (const name of checkpoints) {
    const first = await weights(join(output_dir, 'checkpoints', a, name));
    const second = await weights(join(output_dir, 'checkpoints', b, name));
    expect([...second.keys()]).toEqual([...first.keys()]);
    for (const [key, value] of first) {
      const other = second.get(key);
      if (!(other instanceof Tensor)) throw new Error(`${key} is missing`);
      expect(Buffer.from(other.toTypedArray().buffer).equals(Buffer.from(value.toTypedArray().buffer))).toBe(
        true,
      );
    }
  }
}

test('stopped in the middle of an epoch, or killed at any moment, and resumed: equal bit for bit', async () => {
  const { config, options } = await prepared();
  await train(options('whole'), listening());
  await expect(train(options('parts'), stoppingAfter(6))).rejects.toMatchObject({ exitCode: 4 });
  await train(options('parts', resuming), listening());
  await expectSameRun(config, 'whole', 'parts');
  // A run is begun when its record is there, which follows its first checkpoint.
  const begun = new RunFolder(config.experiment.output_dir, 'killed');
  const now = () => options('killed', begun.exists() ? resuming : {});
  // Before there is an epoch, while the first one is written, and in the middle of another.
  for (const moment of ['step 1.1', 'epoch 1', 'step 2.2']) await killed(now(), moment);
  await train(now(), listening());
  await expectSameRun(config, 'whole', 'killed');
});

test('a run without a last checkpoint starts over when it was stopped, and what it has finished stays', async () => {
  const { config, options } = await prepared();
  Object.assign(config.training, { epochs: 2, scheduler: 'step' });
  config.experiment.save_last = false;
  await train(options('whole'), listening());
  const stopped = { exitCode: 4, hint: expect.stringContaining('starts from the beginning'), run: 'parts' };
  await expect(train(options('parts'), stoppingAfter(6))).rejects.toMatchObject(stopped);
  await expect(train(options('parts'), listening())).rejects.toMatchObject({ code: 'E_RUN_EXISTS' });
  const context = listening();
  await train(options('parts', { ...resuming, run: 'parts' }), context);
  expect(context.said.join()).toContain(
    "'parts' keeps no last checkpoint to continue from: it starts from the beginning",
  );
  await expectSameRun(config, 'whole', 'parts', ['best_model.pth']);
  const { checkpoints } = new RunFolder(config.experiment.output_dir, 'parts');
  const files = ['best_model.pth', 'run.json'];
  expect(readdirSync(checkpoints).sort()).toEqual(files);
  expect((await train(options('parts', resuming), listening())).ending).toBe('already finished');
  config.training.epochs = 3;
  const more = options('parts', { ...resuming, given: ['training.epochs'] });
  await expect(train(more, listening())).rejects.toMatchObject({
    where: join(checkpoints, 'last_checkpoint.pth'),
  });
  expect(readdirSync(checkpoints).sort()).toEqual(files);
});

test('what frozen stages give is computed once, and a resumed run continues with the same bits', async () => {
  const { config, options } = await prepared();
  config.model.freeze_stages = 2;
  config.augmentation.enabled = false;
  const computed: number[] = [];
  const counting: StageContext = {
    emit: (event) => {
      if (event.kind !== 'progress' || event.task !== 'computing frozen stages') return;
      if (event.done === event.total) computed.push(event.total);
    },
    shouldStop: () => false,
  };
  await train(options('whole'), counting);
  const slices = (split: 'train' | 'val'): number =>
    readSplit(splitPath(config.data.splits_dir, split, 'A'), {}).length;
  expect(computed).toEqual([slices('val'), slices('train')]);
  await expect(train(options('parts'), stoppingAfter(4))).rejects.toMatchObject({ exitCode: 4 });
  await train(options('parts', resuming), listening());
  await expectSameRun(config, 'whole', 'parts');
});

/** Trains in a child process and kills it when it has told of an epoch, `epoch 1`, or of a step in one, `step 2.1`. */
async function killed(options: TrainOptions, moment: string): Promise<void> {
  const stages = fileURLToPath(new URL('../../dist/runner/run-stage.js', import.meta.url));
  const code = `
    const { runStage } = await import(${JSON.stringify(`file://${stages}`)});
    const emit = ({ kind, report }) => {
      if (kind === 'step') console.log('step ' + report.epoch + '.' + report.step + ';');
      if (kind === 'epoch') console.log('epoch ' + report.epoch + ';');
    };
    await runStage('train', ${JSON.stringify(options)}, { emit, shouldStop: () => false });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [told, errors] = ['', ''];
  child.stdout.on('data', (text) => {
    told += text;
    if (told.includes(`${moment};`)) child.kill('SIGKILL');
  });
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const [, signal] = await once(child, 'close');
  expect({ signal, errors }).toEqual({ signal: 'SIGKILL', errors: '' });
}
