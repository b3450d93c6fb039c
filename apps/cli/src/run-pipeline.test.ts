import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatePhantomCohort } from '@radweave/pipeline/phantom';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { StepOutcome } from './run-pipeline.ts';

const BIN = fileURLToPath(new URL('../bin/radweave.mjs', import.meta.url));
const SETTINGS = ['data.image_size=32', 'model.pretrained=false', 'training.batch_size=6'];

function argsOf(...more: string[]): string[] {
  const sets = [...SETTINGS, ...more].flatMap((setting) => ['--set', setting]);
  return [BIN, 'run', '--root_dir', 'raw', '--json', '--quiet', ...sets];
}

/** Folders of a hospital's patients: those that hold modality A. */
function patientFolders(hospital: string): string[] {
  return readdirSync(hospital, { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === 'A')
    .map((path) => join(hospital, dirname(path)))
    .sort();
}

function run(folder: string, ...more: string[]): string[] {
  const done = spawnSync(process.execPath, argsOf(...more), { cwd: folder, encoding: 'utf8' });
  expect(done.stderr).not.toMatch(/Error|bug/);
  expect(done.status).toBe(0);
  const outcomes: StepOutcome[] = JSON.parse(done.stdout);
  return outcomes.filter(({ outcome }) => outcome === 'done').map(({ step }) => step);
}

test('run does every step once, then only what a change reaches', () => {
  const folder = tempDir();
  const cohort = { seed: 1, patientsPerHospital: 10, slicesPerModality: 2, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const networks = ['train-A', 'extract-A', 'train-P', 'extract-P'];
  const all = ['preprocess', 'audit-data', ...networks, 'fuse', 'audit', 'evaluate', 'visualize', 'report'];
  expect(run(folder, 'training.epochs=1')).toEqual(all);
  expect(existsSync(join(folder, 'outputs/feature_extract/fusion/metrics.csv'))).toBe(true);
  expect(run(folder, 'training.epochs=1')).toEqual([]);
  expect(run(folder, 'training.epochs=1', 'fusion.C=0.5')).toEqual([
    'fuse',
    'audit',
    'evaluate',
    'visualize',
    'report',
  ]);
});

test('a leak in the data stops the run before anything is trained', () => {
  const folder = tempDir();
  const cohort = { seed: 1, patientsPerHospital: 10, slicesPerModality: 2, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const [home, external] = ['JM', 'SY'].map((hospital) => join(folder, 'raw', hospital));
  const [known] = patientFolders(home ?? '');
  const [other] = patientFolders(external ?? '');
  if (known === undefined || other === undefined) throw new Error('the phantom has no such hospitals');
  renameSync(other, join(dirname(other), basename(known).toLowerCase()));
  const done = spawnSync(process.execPath, argsOf(), { cwd: folder, encoding: 'utf8' });
  expect(done.stderr).toContain('LEAK_SAME_ID');
  expect(done.status).toBe(3);
  expect(existsSync(join(folder, 'outputs/feature_extract/audit/data/audit.json'))).toBe(true);
  expect(existsSync(join(folder, 'outputs/feature_extract/checkpoints'))).toBe(false);
});
