import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEachFileChange, copyTree, filesBelow, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';

/** The lock of a process that is gone is taken over. */
const SKIPPED = ['.radweave.lock'];

test('fusing, aligning, evaluating, harmonising: killed at any moment, the same command ends as it would have', async () => {
  let watched = '';
  let snapshots = '';
  let last = '';
  const restore = afterEachFileChange(() => {
    if (watched === '') return;
    const folder = watched;
    watched = '';
    const state = stateOf(folder);
    if (state !== last) copyTree(folder, join(snapshots, String(readdirSync(snapshots).length)), SKIPPED);
    last = state;
    watched = folder;
  });
  // After the functions of node:fs are watched.
  const { fuse } = await import('./fuse.ts');
  const { harmonize } = await import('./harmonize.ts');
  const { prepared, run, modalities } = await import('../testing/evaluations.ts');
  const { madeUpCohort } = await import('@radweave/study/testing/features');
  const { listening } = await import('@radweave/study/testing/cohort');
  const config = await prepared(madeUpCohort({ train: 12, val: 8, test: 12 }));
  config.evaluation.bootstrap_replicates = 20;
  const folder = join(config.experiment.output_dir, '..');
  const steps: Record<string, () => Promise<unknown>> = {
    'outputs/fusion/metrics.csv': () => fuse({ config, modalities }, listening()),
    'outputs/evaluation/metrics.csv': () => run(config),
    'outputs/harmonize/metrics.csv': () =>
      harmonize({ config, modalities, auditOnly: false, permutations: 1 }, listening()),
  };
  // Other settings than those of the results that are there.
  config.fusion.C = 0.01;
  for (const [result, step] of Object.entries(steps)) {
    snapshots = tempDir();
    last = stateOf(folder);
    watched = folder;
    await step();
    watched = '';
    const expected = readFileSync(join(folder, result), 'utf8');
    const whole = names(folder);
    expect(readdirSync(snapshots).length, result).toBeGreaterThan(8);
    // A third of the moments: every kind of file is among them.
    for (const name of readdirSync(snapshots).filter((_, i) => i % 3 === 0)) {
      rmSync(folder, { recursive: true });
      copyTree(join(snapshots, name), folder);
      await step();
      expect(readFileSync(join(folder, result), 'utf8'), `${result}, ${name}`).toBe(expected);
      expect(names(folder), `${result}, ${name}`).toEqual(whole);
    }
  }
  restore();
});

/** What is there, without half-written files: the process that wrote them, this one, has not ended. */
function names(folder: string): string[] {
  return filesBelow(folder).filter((path) => !/\.tmp(\/|$)/.test(path));
}

function stateOf(folder: string): string {
  return filesBelow(folder)
    .map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`)
    .join('\n');
}
