import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatePhantomCohort } from '@radweave/phantom';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/radweave.mjs', import.meta.url));
const SETTINGS = [
  'data.modalities=A',
  'data.image_size=32',
  'model.pretrained=false',
  'training.epochs=1',
  'training.batch_size=16',
  'evaluation.bootstrap_replicates=100',
].flatMap((setting) => ['--set', setting]);

function radweave(
  folder: string,
  ...args: string[]
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [BIN, ...args], { cwd: folder, encoding: 'utf8' });
}

test('a run from raw images verifies from any folder, before and after harmonize; tampering ends with 3', () => {
  const folder = tempDir();
  const cohort = { seed: 1, patientsPerHospital: 10, slicesPerModality: 1, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  expect(radweave(folder, 'run', '--root_dir', 'raw', '--quiet', ...SETTINGS).status).toBe(0);
  const audit = radweave(folder, 'harmonize', '--permutations', '1', '--quiet', ...SETTINGS);
  expect(audit.status).toBe(0);
  expect(audit.stdout).toMatch(/harmonised +yes/);
  expect(radweave(folder, 'harmonize', '--permutations', '0').status).toBe(2);

  const outputs = join(folder, 'outputs', 'feature_extract');
  const clean = radweave(tempDir(), 'verify', outputs);
  expect(clean.stdout).not.toMatch(/DIFFERENT|not verified/);
  expect(clean.stdout.replaceAll('\n  ', ' ')).toContain('evaluation/evaluation.json: made again, identical');
  expect(clean.status).toBe(0);

  const path = join(outputs, 'fusion', 'metrics.csv');
  const [header = '', first = '', ...rest] = readFileSync(path, 'utf8').split('\n');
  const cells = first.split(',');
  const at = header.split(',').indexOf('auc_lower');
  writeFileSync(path, [header, cells.with(at, '0.123').join(','), ...rest].join('\n'));
  const changed = radweave(folder, 'verify', '--quiet');
  expect(changed.status).toBe(3);
  expect(changed.stdout.replaceAll('\n  ', ' ')).toContain(
    'DIFFERENT fusion/metrics.csv, line 2 (model fused, split train, hospital all, positive_label 1), auc_lower: ' +
      'saved 0.123, now ',
  );
  expect(changed.stderr).toMatch(/differences between what the run saved/);
}, 180_000);
