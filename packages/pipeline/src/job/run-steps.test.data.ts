import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, defaultConfig } from '@radweave/artifacts';
import { generatePhantomCohort } from '@radweave/phantom';
import { tempDir } from '@radweave/testkit';
import { afterAll, beforeAll } from 'vitest';
import type { RunOptions } from '../declare/job-part.ts';
import { fakeRunner } from './fake-stages.test.data.ts';
import type { Runner, StepOutcome } from './job.ts';
import { runPipeline } from './run-pipeline.ts';

const SIDE = 16;
export const HOW: RunOptions = { bestHparamsDir: '', explain: true, crossFit: null };

export function configIn(folder: string): Config {
  const config = defaultConfig();
  Object.assign(config.data, {
    root_dir: join(folder, 'raw'),
    splits_dir: join(folder, 'splits'),
    features_dir: join(folder, 'features'),
    image_size: SIDE,
  });
  config.experiment.output_dir = join(folder, 'outputs');
  config.training.device = 'cpu';
  return config;
}

/** Runs the pipeline. @returns the steps that are done. */
export async function steps(config: Config, how = HOW, runner: Runner = fakeRunner): Promise<string[]> {
  const outcomes: StepOutcome[] = await runPipeline(config, how, runner);
  return outcomes.filter(({ outcome }) => outcome === 'done').map(({ step }) => step);
}

/** Has every step run in a folder before the tests of a file. @returns makes a copy of that folder. */
export function ranOnce(): () => { folder: string; config: Config } {
  const base = mkdtempSync(join(tmpdir(), 'radweave-steps-'));
  beforeAll(async () => {
    const raw = join(base, 'raw');
    generatePhantomCohort(raw, { seed: 1, patientsPerHospital: 8, slicesPerModality: 1, size: SIDE });
    await steps(configIn(base));
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));
  return () => {
    const folder = join(tempDir(), 'copy');
    cpSync(base, folder, { recursive: true });
    return { folder, config: configIn(folder) };
  };
}

export const networks = ['train-A', 'extract-A', 'train-P', 'extract-P'];
export const evaluated = ['fuse', 'evaluate', 'audit'];
export const explained = ['explain-A', 'explain-P'];
export const shown = ['visualize', 'report'];
export const fromTraining = [...networks, ...evaluated, ...explained, ...shown];
