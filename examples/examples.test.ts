import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatePhantomCohort } from '@radweave/phantom';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';

function example(name: string, ...args: string[]): string {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** Phantom patients of another cohort have the same IDs; those that a network was trained on would be refused. */
function renamePatients(root: string): void {
  const places = readdirSync(root, { recursive: true, encoding: 'utf8' });
  for (const place of places.filter((path) => /^[A-Z]{2}\d+$/.test(basename(path)))) {
    renameSync(join(root, place), join(root, dirname(place), `new-${basename(place)}`));
  }
}

test('the examples run: a whole job, and features of new patients by its network', () => {
  const folder = tempDir();
  const cohort = { seed: 3, homePatients: 20, patientsPerHospital: 6, slicesPerModality: 2, size: 64 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const outputs = join(folder, 'study');
  const said = example('whole-job.mjs', join(folder, 'raw'), outputs, 'JM', '64');
  expect(said).toContain('epoch 2 of 2');
  expect(said).toMatch(/train-A: done[\s\S]*report: done/);
  expect(said).toMatch(/^fused all n \d+ AUC [\d.]+ \(/m);
  expect(existsSync(join(outputs, 'results', 'report', 'report.html'))).toBe(true);
  expect(example('whole-job.mjs', join(folder, 'raw'), outputs, 'JM', '64')).toMatch(
    /train-A: unchanged[\s\S]*report: unchanged/,
  );

  generatePhantomCohort(join(folder, 'new'), { ...cohort, seed: 4 });
  renamePatients(join(folder, 'new'));
  const checkpoints = join(outputs, 'results', 'checkpoints');
  const run = readdirSync(checkpoints).find((name) => name.includes('_P_')) ?? '';
  const checkpoint = join(checkpoints, run, 'best_model.pth');
  const features = example(
    'features-of-new-patients.mjs',
    join(folder, 'new'),
    'JM',
    'P',
    checkpoint,
    join(folder, 'out'),
    '64',
  );
  expect(features).toMatch(/^test \S+: 2 slices × 512 features of resnet18$/m);
});
