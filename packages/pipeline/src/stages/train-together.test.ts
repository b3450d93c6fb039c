// Several processes of the built package train one network: what they learn is what one learns.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  type Config,
  lockFolder,
  readHistory,
  readSlicePredictions,
  SPLITS,
  slicePredictionsPath,
  splitPath,
} from '@radweave/artifacts';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { filesBelow, onLinux, tempDir } from '@radweave/testkit';
import { cudaDeviceCount, loadCheckpoint, type Tensor } from '@radweave/torch';
import { expect } from 'vitest';
import type { TrainOptions } from '../work/open-training.ts';
import type { Together } from '../work/together.ts';
import { preprocess } from './preprocess.ts';

const RUN_STAGE = new URL('../../dist/runner/run-stage.js', import.meta.url).href;

let config: Config;
let bestHparamsDir: string;

async function prepare(): Promise<void> {
  const folder = tempDir();
  config = cohortConfig(folder);
  bestHparamsDir = join(folder, 'best_hparams');
  writeCohortFolders(join(folder, 'raw'), 4, 3);
  await preprocess({ config }, listening());
  // With batch norm, whose statistics are of the whole batch, and learning rates at which rounding does not grow.
  Object.assign(config.model, { name: 'resnet18', pretrained: false });
  const training = {
    batch_size: 4,
    grad_accumulation: 2,
    epochs: 3,
    precision: 'fp32',
    class_weights: 'balanced',
    optimizer: 'sgd',
    learning_rate: 0.0001,
  };
  Object.assign(config.training, training, { device: 'cpu', clip_grad_norm: 1 });
  config.evaluation.bootstrap_replicates = 100;
}

/** What a process prints: each event of training, then its result or its error. */
interface Said {
  step?: { epoch: number; step: number; loss: number; slices: number };
  epoch?: number;
  ended?: string;
  message?: string;
}

/** Trains in a process of its own, which SIGTERM asks to stop. */
function trained(name: string, together: Together | undefined, resume = false): ChildProcess {
  const own = structuredClone(config);
  own.experiment.name = name;
  const options: TrainOptions = { config: own, modality: 'A', resume, run: '', bestHparamsDir, together };
  const code = `
    const { runStage } = await import(${JSON.stringify(RUN_STAGE)});
    let isAsked = false;
    process.on('SIGTERM', () => { isAsked = true; });
    const say = (what) => console.log(JSON.stringify(what));
    const emit = ({ kind, report }) => {
      if (kind === 'step') say({ step: report });
      if (kind === 'epoch') say({ epoch: report.epoch });
    };
    try {
      const { ending } = await runStage('train', ${JSON.stringify(options)}, { emit, shouldStop: () => isAsked });
      say({ ended: ending });
    } catch ({ code, message }) {
      say({ ended: code, message });
    }`;
  return spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function said(child: ChildProcess): Promise<Said[]> {
  if (child.stdout === null) throw new Error('no output');
  const lines = (await text(child.stdout)).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line));
}

/** The places of processes that somebody else has started. */
async function places(size: number): Promise<Together[]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = Object(server.address()) as { port: number };
  server.close();
  const place = { size, onThisMachine: undefined, localRank: undefined, address: '127.0.0.1', port };
  return Array.from({ length: size }, (_, rank) => ({ processes: { ...place, rank }, timeoutSeconds: 60 }));
}

/** How two processes end that a launcher has started. */
async function launched(name: string, resume = false): Promise<(Said | undefined)[]> {
  const children = (await places(2)).map((together) => trained(name, together, resume));
  return (await Promise.all(children.map(said))).map((lines) => lines.at(-1));
}

/** Two processes; the second gets a signal when the first tells of a step of an epoch. */
async function signalled(
  name: string,
  resume: boolean,
  signal: NodeJS.Signals,
  epoch: number,
): Promise<Said[][]> {
  const [first, second] = (await places(2)).map((together) => trained(name, together, resume));
  if (first === undefined || second === undefined) throw new Error('no processes');
  first.stdout?.on('data', (output: Buffer) => {
    if (output.toString().includes(`"epoch":${epoch},"step":2`)) second.kill(signal);
  });
  return Promise.all([said(first), said(second)]);
}

async function weights(name: string): Promise<Map<string, Tensor>> {
  const saved = await loadCheckpoint(new RunFolder(config.experiment.output_dir, name).last);
  const model = saved instanceof Map ? saved.get('model_state_dict') : undefined;
  if (!(model instanceof Map)) throw new Error('no weights');
  return model;
}

/** That two runs have learnt the same: losses, weights, and what they say of every slice. */
async function expectAlike(name: string, other: string): Promise<void> {
  const [one, two] = [name, other].map((run) => new RunFolder(config.experiment.output_dir, run));
  if (one === undefined || two === undefined) throw new Error('no runs');
  const losses = (run: RunFolder): number[] =>
    readHistory(run.history).flatMap((row) => [Number(row.train_loss), Number(row.val_loss)]);
  losses(one).forEach((loss, i) => {
    expect(Math.abs(loss - (losses(two)[i] ?? Number.NaN))).toBeLessThan(1e-5);
  });
  const others = await weights(other);
  for (const [key, value] of await weights(name)) {
    const difference = others.get(key)?.sub(value).abs().max().item();
    expect(difference, key).toBeLessThan(1e-4);
  }
  for (const split of SPLITS) {
    const slices = (run: RunFolder) => readSlicePredictions(slicePredictionsPath(run.logs, split));
    const expected = slices(two);
    const names = (rows: typeof expected): string[] => rows.map(({ image_path }) => image_path);
    expect(names(slices(one))).toEqual(names(expected));
  }
}

const lossesOf = (all: readonly Said[]): number[] =>
  all.flatMap(({ step }) => (step === undefined ? [] : [step.loss]));

onLinux(
  'any number of processes learns what one learns, also where all are asked to stop, stop early, or one is killed and training resumed',
  async () => {
    await prepare();
    const alone = lossesOf(await said(trained('alone', undefined)));
    const [only] = await places(1);
    await said(trained('one', only));
    await expectAlike('one', 'alone');

    const three = await said(trained('three', { processes: 3, timeoutSeconds: 60 }));
    expect(three.at(-1)).toEqual({ ended: 'finished' });
    expect(lossesOf(three).length).toBe(alone.length);
    // A batch that is smaller than their number, of which one process has no slice.
    expect(three.some(({ step }) => step?.slices === 2)).toBe(true);
    lossesOf(three).forEach((loss, i) => {
      expect(Math.abs(loss - (alone[i] ?? Number.NaN))).toBeLessThan(1e-5);
    });
    await expectAlike('three', 'alone');

    const stopped = await signalled('two', false, 'SIGTERM', 1);
    for (const one of stopped) expect(one.at(-1)).toMatchObject({ ended: 'E_INTERRUPTED' });
    const [first, second] = await signalled('two', true, 'SIGKILL', 2);
    const lost = { ended: 'E_RANK_LOST', message: expect.stringContaining('resume the run') };
    expect(first?.at(-1)).toMatchObject(lost);
    expect(second).toEqual([]);
    expect((await said(trained('two', undefined, true))).at(-1)).toEqual({ ended: 'finished' });
    await expectAlike('two', 'alone');

    Object.assign(config.training, { learning_rate: 1e-12, epochs: 50, early_stop_patience: 1 });
    expect(await launched('stuck')).toEqual([{ ended: 'early stop' }, { ended: 'early stop' }]);
  },
);

onLinux('several processes refuse a GPU that is not there before any has begun', async (context) => {
  if (cudaDeviceCount() > 0) context.skip('this machine has a GPU');
  await prepare();
  config.training.device = 'cuda';
  const [launchedOne] = await places(2);
  for (const together of [{ processes: 2, timeoutSeconds: 60 }, launchedOne]) {
    expect((await said(trained('refused', together))).at(-1)).toMatchObject({
      message: expect.stringContaining("device 'cuda' was asked for, but libtorch"),
    });
  }
});

onLinux('what one process refuses ends all with its error, and none is said to be lost', async () => {
  await prepare();
  config.model.name = 'mobilenetv3_small_100';
  config.training.epochs = 1;
  expect(await launched('taken')).toEqual([{ ended: 'finished' }, { ended: 'finished' }]);
  const expectRefused = async (name: string, code: string, resume = false): Promise<void> => {
    const [first, second] = await launched(name, resume);
    expect(first).toMatchObject({ ended: code });
    expect(second).toEqual({ ended: code, message: `process 0: ${first?.message}` });
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
