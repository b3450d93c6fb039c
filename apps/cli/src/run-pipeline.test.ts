import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatePhantomCohort } from '@radweave/pipeline/phantom';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { StepOutcome } from './run-pipeline.ts';

const BIN = fileURLToPath(new URL('../bin/radweave.mjs', import.meta.url));
const SETTINGS = ['data.image_size=32', 'model.pretrained=false', 'training.batch_size=6'];

function run(folder: string, ...more: string[]): string[] {
  const sets = [...SETTINGS, ...more].flatMap((setting) => ['--set', setting]);
  const args = [BIN, 'run', '--root_dir', 'raw', '--json', '--quiet', ...sets];
  const done = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  expect(done.stderr).not.toMatch(/Error|bug/);
  expect(done.status).toBe(0);
  const outcomes: StepOutcome[] = JSON.parse(done.stdout);
  return outcomes.filter(({ outcome }) => outcome === 'done').map(({ step }) => step);
}

test('run does every step once, then only what a change reaches', () => {
  const folder = tempDir();
  const cohort = { seed: 1, patientsPerHospital: 10, slicesPerModality: 2, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const all = ['preprocess', 'train-A', 'extract-A', 'train-P', 'extract-P', 'fuse', 'visualize'];
  expect(run(folder, 'training.epochs=1')).toEqual(all);
  expect(existsSync(join(folder, 'outputs/feature_extract/fusion/metrics.csv'))).toBe(true);
  expect(run(folder, 'training.epochs=1')).toEqual([]);
  expect(run(folder, 'training.epochs=1', 'fusion.C=0.5')).toEqual(['fuse', 'visualize']);
});
