// Several processes of the built package train one network: what they learn is what one learns.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  lockFolder,
  readHistory,
  readSlicePredictions,
  slicePredictionsPath,
  splitPath,
} from '@radweave/artifacts';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { SIDE } from '@radweave/study/testing/cohort';
import { filesBelow, onLinux } from '@radweave/testkit';
import { cudaDeviceCount } from '@radweave/torch';
import { expect } from 'vitest';
import {
  expectAlike,
  expectClose,
  lossesOf,
  places,
  prepared,
  type Said,
  type Study,
  said,
  trained,
} from './train-together.test.data.ts';

const NATIVE = new URL('../../../native/dist/index.js', import.meta.url).href;

/** Four patients of each class with three slices. */
const few = (): Promise<Study> =>
  prepared(4, 3, {
    batch_size: 4,
    grad_accumulation: 2,
    epochs: 3,
    class_weights: 'balanced',
    clip_grad_norm: 1,
  });

/** How two processes end that a launcher has started. */
async function launched(
  study: Study,
  name: string,
  { resume = false, first = ['', ''] } = {},
): Promise<(Said | undefined)[]> {
  const children = (await places(2)).map((together, rank) =>
    trained(study, name, together, { resume, first: first[rank] }),
  );
  return (await Promise.all(children.map(said))).map((lines) => lines.at(-1));
}

/** Two processes; the second gets a signal when the first tells of a step of an epoch. */
async function signalled(
  study: Study,
  name: string,
  resume: boolean,
  signal: NodeJS.Signals,
  epoch: number,
): Promise<Said[][]> {
  const [first, second] = (await places(2)).map((together) => trained(study, name, together, { resume }));
  if (first === undefined || second === undefined) throw new Error('no processes');
  first.stdout?.on('data', (output: Buffer) => {
    if (output.toString().includes(`"epoch":${epoch},"step":2`)) second.kill(signal);
  });
  return Promise.all([said(first), said(second)]);
}

onLinux(
  'any number of processes learns what one learns, also where all are asked to stop, stop early, or one is killed and training resumed',
  async () => {
    const study = await few();
    const alone = lossesOf(await said(trained(study, 'alone', undefined)));
    const [only] = await places(1);
    await said(trained(study, 'one', only));
    await expectAlike(study, 'one', 'alone');

    const three = await said(trained(study, 'three', { processes: 3, timeoutSeconds: 60 }));
    expect(three.at(-1)).toEqual({ ended: 'finished' });
    // A batch that is smaller than their number, of which one process has no slice.
    expect(three.some(({ step }) => step?.slices === 2)).toBe(true);
    expectClose(lossesOf(three), alone);
    await expectAlike(study, 'three', 'alone');

    const stopped = await signalled(study, 'two', false, 'SIGTERM', 1);
    for (const one of stopped) expect(one.at(-1)).toMatchObject({ ended: 'E_INTERRUPTED' });
    const [first, second] = await signalled(study, 'two', true, 'SIGKILL', 2);
    const lost = { ended: 'E_RANK_LOST', message: expect.stringContaining('resume the run') };
    expect(first?.at(-1)).toMatchObject(lost);
    expect(second).toEqual([]);
    expect((await said(trained(study, 'two', undefined, { resume: true }))).at(-1)).toEqual({
      ended: 'finished',
    });
    await expectAlike(study, 'two', 'alone');

    Object.assign(study.config.training, { learning_rate: 1e-12, epochs: 50, early_stop_patience: 1 });
    expect(await launched(study, 'stuck')).toEqual([{ ended: 'early stop' }, { ended: 'early stop' }]);
  },
);

onLinux('two processes with 16 slices each learn in 50 steps what one learns with 32', async () => {
  const study = await prepared(7, 32, { batch_size: 32, epochs: 5 });
  Object.assign(study.config.data, { image_size: SIDE / 2, resize: true });
  const alone = lossesOf(await said(trained(study, 'alone', undefined)));
  expect(alone.length).toBe(50);
  expectClose(lossesOf(await said(trained(study, 'two', { processes: 2, timeoutSeconds: 60 }))), alone);
  await expectAlike(study, 'two', 'alone');
});

onLinux("batch norm over each process's share goes by the first one's running statistics", async () => {
  const study = await few();
  const training = { sync_batch_norm: false, epochs: 1, class_weights: 'none' } as const;
  Object.assign(study.config.training, training);
  // Of one slice too a channel has several values.
  Object.assign(study.config.data, { image_size: 2 * SIDE, resize: true });
  const shares = await said(trained(study, 'shares', { processes: 2, timeoutSeconds: 60 }));
  expect(shares.at(-1)).toEqual({ ended: 'finished' });
  const run = new RunFolder(study.config.experiment.output_dir, 'shares');
  const losses = readSlicePredictions(slicePredictionsPath(run.logs, 'val')).map(
    ({ label, probabilities }) => -Math.log(probabilities[label] ?? Number.NaN),
  );
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  // What was seen after the epoch is what the checkpoint, which has the first one's, says.
  expect(Number(readHistory(run.history)[0]?.val_loss)).toBeCloseTo(mean, 5);
});

onLinux('an error that a process meets alone in the midst of training is that of all', async () => {
  const study = await few();
  // The last batch has three slices: two for the first process, and one, of which a channel has one value, for the second.
  const training = { sync_batch_norm: false, epochs: 1, batch_size: 5, grad_accumulation: 1 } as const;
  Object.assign(study.config.training, training);
  const [last] = (await said(trained(study, 'alone', { processes: 2, timeoutSeconds: 60 }))).slice(-1);
  expect(last).toMatchObject({
    message: expect.stringMatching(/^process 1: batch norm cannot train on one value per channel/),
    exitCode: 2,
  });
});

onLinux('several processes refuse a GPU that is not there before any has begun', async (context) => {
  if (cudaDeviceCount() > 0) context.skip('this machine has a GPU');
  const study = await few();
  study.config.training.device = 'cuda';
  // It waits in vain for the other one, which is not started.
  const [launchedOne] = (await places(2)).map((place) => ({ ...place, timeoutSeconds: 1 }));
  for (const together of [{ processes: 2, timeoutSeconds: 60 }, launchedOne]) {
    expect((await said(trained(study, 'refused', together))).at(-1)).toMatchObject({
      message: expect.stringContaining("device 'cuda' was asked for, but libtorch"),
    });
  }
});

onLinux('what one process refuses ends all with its error, and none is said to be lost', async () => {
  const study = await few();
  const { config } = study;
  config.model.name = 'mobilenetv3_small_100';
  config.training.epochs = 1;
  expect(await launched(study, 'taken')).toEqual([{ ended: 'finished' }, { ended: 'finished' }]);
  const expectRefused = async (name: string, code: string, resume = false): Promise<void> => {
    const [first, second] = await launched(study, name, { resume });
    expect(first).toMatchObject({ ended: code });
    expect(second).toEqual({ ...first, message: `process 0: ${first?.message}` });
  };
  // Before the processes have met, and of the first one's folder.
  await expectRefused('taken', 'E_RUN_EXISTS');
  const lock = lockFolder(new RunFolder(config.experiment.output_dir, 'locked').checkpoints, 'another');
  await expectRefused('locked', 'E_LOCKED');
  lock.release();
  // While a finished run is compared with the patients of now.
  const split = splitPath(config.data.splits_dir, 'val', 'A');
  const whole = readFileSync(split);
  writeFileSync(split, 'damaged');
  await expectRefused('taken', 'E_CSV_COLUMNS', true);
  writeFileSync(split, whole);
  // While the others wait for what the first one decodes.
  for (const path of filesBelow(join(config.data.root_dir ?? '', 'JM'))) writeFileSync(path, 'torn');
  await expectRefused('torn', 'E_IMAGES');
});

/** Lets a process believe in so many GPUs, none of which can be opened. */
const believing = (gpus: number): string => `
  const { native } = await import(${JSON.stringify(NATIVE)});
  native().cudaDevices = () => ${gpus};`;

onLinux('a device that only one process cannot have ends all with its error', async (context) => {
  if (cudaDeviceCount() > 0) context.skip('this machine has a GPU');
  const study = await few();
  study.config.training.device = 'auto';
  const [first, second] = await launched(study, 'apart', { first: ['', believing(1)] });
  expect(second).toMatchObject({ ended: 'E_RANKS_DEVICE', exitCode: 5 });
  expect(first).toEqual({ ...second, message: `process 1: ${second?.message}` });
});
