import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEachFileChange, copyTree, filesBelow, tempDir } from '@radweave/testkit';
import { afterAll, expect, test } from 'vitest';

/** The lock of a process that is gone is taken over. */
const SKIPPED = ['.radweave.lock'];

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
afterAll(restore);

// After the functions of node:fs are watched.
const { fuse } = await import('./fuse.ts');
const { harmonize } = await import('./harmonize.ts');
const { splitPath } = await import('@radweave/artifacts');
const { preprocess } = await import('./preprocess.ts');
const { prepared, run, modalities } = await import('../testing/evaluations.ts');
const { madeUpCohort } = await import('@radweave/study/testing/features');
const { cohortConfig, listening, writeCohortFolders } = await import('@radweave/study/testing/cohort');

/** Stops a step of `folder` at every `n`-th moment, and does it again: it leaves the same result and no other files. */
async function endsAlike(
  folder: string,
  result: string,
  step: () => Promise<unknown>,
  n: number,
): Promise<void> {
  snapshots = tempDir();
  last = stateOf(folder);
  watched = folder;
  await step();
  watched = '';
  const expected = readFileSync(join(folder, result), 'utf8');
  const whole = names(folder);
  expect(readdirSync(snapshots).length, result).toBeGreaterThan(8);
  for (const name of readdirSync(snapshots).filter((_, i) => i % n === 0)) {
    rmSync(folder, { recursive: true });
    copyTree(join(snapshots, name), folder);
    await step();
    expect(readFileSync(join(folder, result), 'utf8'), `${result}, ${name}`).toBe(expected);
    expect(names(folder), `${result}, ${name}`).toEqual(whole);
  }
}

test('fusing, evaluating, harmonising: killed at any moment, the same command ends as it would have', async () => {
  const config = await prepared(madeUpCohort({ train: 12, val: 8, test: 12 }));
  config.evaluation.bootstrap_replicates = 20;
  const folder = join(config.experiment.output_dir, '..');
  // Other settings than those of the results that are there.
  config.fusion.C = 0.01;
  const ends = (result: string, step: () => Promise<unknown>): Promise<void> =>
    // A third of the moments: every kind of file is among them.
    endsAlike(folder, result, step, 3);
  await ends('outputs/fusion/metrics.csv', () => fuse({ config, modalities }, listening()));
  await ends('outputs/evaluation/metrics.csv', () => run(config));
  await ends('outputs/harmonize/metrics.csv', () =>
    harmonize({ config, modalities, auditOnly: false, permutations: 1 }, listening()),
  );
});

test('dividing anew, killed at any moment: files of the new split are not taken for edited ones', async () => {
  const config = cohortConfig(tempDir());
  writeCohortFolders(config.data.root_dir ?? '', 3, 1);
  await preprocess({ config }, listening());
  config.experiment.seed = 7;
  const { splits_dir } = config.data;
  await endsAlike(splits_dir, 'summary.json', () => preprocess({ config }, listening()), 1);
});

test('dividing anew over an edited file, killed at any moment: it is kept once, as it was edited', async () => {
  const config = cohortConfig(tempDir());
  writeCohortFolders(config.data.root_dir ?? '', 3, 1);
  await preprocess({ config }, listening());
  config.experiment.seed = 7;
  const { splits_dir } = config.data;
  const edited = splitPath(splits_dir, 'train', 'A');
  const text = `${readFileSync(edited, 'utf8')}x`;
  writeFileSync(edited, text);
  await endsAlike(
    splits_dir,
    'summary.json',
    async () => {
      await preprocess({ config }, listening());
      expect(readFileSync(`${edited}.old`, 'utf8')).toBe(text);
    },
    1,
  );
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
