// Processes of the built package that train one network, for the tests of what they learn.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  type Config,
  readHistory,
  readSlicePredictions,
  SPLITS,
  slicePredictionsPath,
} from '@radweave/artifacts';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { freePort, tempDir } from '@radweave/testkit';
import { loadCheckpoint, type Tensor } from '@radweave/torch';
import { expect } from 'vitest';
import type { TrainOptions } from '../work/open-training.ts';
import type { Together } from '../work/together.ts';
import { preprocess } from './preprocess.ts';

const RUN_STAGE = new URL('../../dist/runner/run-stage.js', import.meta.url).href;

/** A cohort that is ready to be trained on. */
export interface Study {
  config: Config;
  bestHparamsDir: string;
}

/**
 * A cohort for resnet18, which has batch norms, whose statistics are of the whole batch; trained in fp32 by SGD with a learning rate
 * at which rounding does not grow.
 */
export async function prepared(
  patientsPerGrade: number,
  slices: number,
  training: Partial<Config['training']>,
): Promise<Study> {
  const folder = tempDir();
  const config = cohortConfig(folder);
  writeCohortFolders(join(folder, 'raw'), patientsPerGrade, slices);
  await preprocess({ config }, listening());
  Object.assign(config.model, { name: 'resnet18', pretrained: false });
  const common = { device: 'cpu', precision: 'fp32', optimizer: 'sgd', learning_rate: 0.0001 };
  Object.assign(config.training, common, training);
  config.evaluation.bootstrap_replicates = 100;
  return { config, bestHparamsDir: join(folder, 'best_hparams') };
}

/** What a process prints: each event of training, then its result or its error. */
export interface Said {
  step?: { epoch: number; step: number; loss: number; slices: number };
  epoch?: number;
  ended?: string;
  message?: string;
  exitCode?: number;
}

/**
 * Trains in a process of its own, which SIGTERM asks to stop.
 *
 * @param first what the process does before.
 */
export function trained(
  { config, bestHparamsDir }: Study,
  name: string,
  together: Together | undefined,
  { resume = false, first = '' } = {},
): ChildProcess {
  const own = structuredClone(config);
  own.experiment.name = name;
  const options: TrainOptions = { config: own, modality: 'A', resume, run: '', bestHparamsDir, together };
  const code = `
    ${first}
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
    } catch ({ code, message, exitCode }) {
      say({ ended: code, message, exitCode });
    }`;
  return spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

export async function said(child: ChildProcess): Promise<Said[]> {
  if (child.stdout === null) throw new Error('no output');
  const lines = (await text(child.stdout)).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line));
}

/** The places of processes that somebody else has started, as if each on a machine of its own. */
export async function places(size: number): Promise<Together[]> {
  const address = { address: '127.0.0.1', port: await freePort() };
  const place = { size, onThisMachine: undefined, localRank: 0, ...address };
  return Array.from({ length: size }, (_, rank) => ({ processes: { ...place, rank }, timeoutSeconds: 60 }));
}

async function weights({ config }: Study, name: string): Promise<Map<string, Tensor>> {
  const saved = await loadCheckpoint(new RunFolder(config.experiment.output_dir, name).last);
  const model = saved instanceof Map ? saved.get('model_state_dict') : undefined;
  if (!(model instanceof Map)) throw new Error('no weights');
  return model;
}

/** That two runs have learnt the same: losses, weights, and what they say of every slice. */
export async function expectAlike(study: Study, name: string, other: string): Promise<void> {
  const [one, two] = [name, other].map((run) => new RunFolder(study.config.experiment.output_dir, run));
  if (one === undefined || two === undefined) throw new Error('no runs');
  const losses = (run: RunFolder): number[] =>
    readHistory(run.history).flatMap((row) => [Number(row.train_loss), Number(row.val_loss)]);
  expectClose(losses(one), losses(two));
  const others = await weights(study, other);
  for (const [key, value] of await weights(study, name)) {
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

/** That losses are the same, apart from rounding. */
export function expectClose(losses: readonly number[], others: readonly number[]): void {
  expect(losses.length).toBe(others.length);
  for (const [i, loss] of losses.entries()) {
    expect(Math.abs(loss - (others[i] ?? Number.NaN)), `loss ${i}`).toBeLessThan(1e-5);
  }
}

/** The losses of all steps. */
export const lossesOf = (all: readonly Said[]): number[] =>
  all.flatMap(({ step }) => (step === undefined ? [] : [step.loss]));
