import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatePhantomCohort } from '@radweave/phantom';
import type { StepOutcome } from '@radweave/pipeline';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/radweave.mjs', import.meta.url));
const SETTINGS = [
  ...['data.image_size=32', 'model.name=mobilenetv3_small_100', 'model.pretrained=false'],
  ...['training.batch_size=6', 'evaluation.bootstrap_replicates=100'],
];

function argsOf(...more: string[]): string[] {
  const [flags, settings] = [true, false].map((isFlag) =>
    more.filter((one) => one.startsWith('--') === isFlag),
  );
  const sets = [...SETTINGS, ...(settings ?? [])].flatMap((setting) => ['--set', setting]);
  return [BIN, 'run', '--root_dir', 'raw', '--json', '--quiet', ...sets, ...(flags ?? [])];
}

/** Folders of a hospital's patients: those that hold modality A. */
function patientFolders(hospital: string): string[] {
  return readdirSync(hospital, { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === 'A')
    .map((path) => join(hospital, dirname(path)))
    .sort();
}

/** A folder with a phantom cohort in `raw`. */
function phantomFolder(homePatients = 10): string {
  const folder = tempDir();
  const cohort = { seed: 1, patientsPerHospital: 4, homePatients, slicesPerModality: 2, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  return folder;
}

function run(folder: string, ...more: string[]): string[] {
  const done = spawnSync(process.execPath, argsOf(...more), { cwd: folder, encoding: 'utf8' });
  expect(done.stderr).not.toMatch(/Error|bug/);
  expect(done.status).toBe(0);
  const outcomes: StepOutcome[] = JSON.parse(done.stdout);
  return outcomes.filter(({ outcome }) => outcome === 'done').map(({ step }) => step);
}

test('run does every step once, then only what a change reaches', () => {
  const folder = phantomFolder();
  const networks = ['train-A', 'extract-A', 'train-P', 'extract-P'];
  const explained = ['explain-A', 'explain-P'];
  const shown = ['visualize', 'report'];
  const all = ['preprocess', 'audit-data', ...networks, 'fuse', 'evaluate', 'audit', ...explained, ...shown];
  expect(run(folder, 'training.epochs=1')).toEqual(all);
  const report = readFileSync(join(folder, 'outputs/feature_extract/report/report.html'), 'utf8');
  expect(report).toContain('Grad-CAM, modality A');
  expect(existsSync(join(folder, 'outputs/feature_extract/fusion/metrics.csv'))).toBe(true);
  expect(run(folder, 'training.epochs=1')).toEqual([]);
  // Another network: what was fused before must not stay beside it.
  const fused = join(folder, 'outputs/feature_extract/fusion/metrics.csv');
  const before = readFileSync(fused, 'utf8');
  const changed = ['training.epochs=1', 'training.learning_rate=0.01'];
  const evaluated = ['fuse', 'evaluate', 'audit'];
  expect(run(folder, ...changed)).toEqual([...networks, ...evaluated, ...explained, ...shown]);
  const now = readFileSync(fused, 'utf8');
  expect(now).not.toBe(before);
  const again = [BIN, 'fuse', '--quiet', '--output_dir', 'again'];
  expect(spawnSync(process.execPath, again, { cwd: folder }).status).toBe(0);
  expect(readFileSync(join(folder, 'again/metrics.csv'), 'utf8')).toBe(now);
});

test('run with cross-fitting and without explanations', () => {
  const folder = phantomFolder(20);
  const asked = ['training.epochs=1', 'data.modalities=[A]', '--no_explain', '--cross_fit=2'];
  const steps = [
    'preprocess',
    'audit-data',
    'train-A',
    'extract-A',
    'cross-fit-A',
    'fuse',
    'evaluate',
    'audit',
  ];
  expect(run(folder, ...asked)).toEqual([...steps, 'visualize', 'report']);
  const metrics = readFileSync(join(folder, 'outputs/feature_extract/fusion/metrics.csv'), 'utf8');
  expect(metrics).toContain('stacked');
  expect(run(folder, ...asked)).toEqual([]);
  expect(existsSync(join(folder, 'outputs/feature_extract/explanations'))).toBe(false);
});

test('a leak in the data stops the run before anything is trained', () => {
  const folder = phantomFolder();
  // Eight of ten patients are one and the same, by their IDs: neither set of the home hospital is without them.
  for (const [i, place] of patientFolders(join(folder, 'raw', 'JM'))
    .slice(0, 8)
    .entries()) {
    renameSync(place, join(dirname(place), `P${'0'.repeat(i)}1`));
  }
  const done = spawnSync(process.execPath, argsOf(), { cwd: folder, encoding: 'utf8' });
  expect(done.stderr).toContain('LEAK_SAME_ID');
  expect(done.status).toBe(3);
  expect(existsSync(join(folder, 'outputs/feature_extract/audit/data/audit.json'))).toBe(true);
  expect(existsSync(join(folder, 'outputs/feature_extract/checkpoints'))).toBe(false);
});
