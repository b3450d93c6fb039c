import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { FileHashes } from './file-hashes.ts';
import {
  isUpToDate,
  readManifest,
  type StageInput,
  type StageState,
  type UpToDate,
  writeManifest,
} from './manifest.ts';

interface Place {
  input: string;
  output: string;
  manifest: string;
}

/** An output folder with what a stage left in it, and its input beside it. */
function place(folder = tempDir()): Place {
  mkdirSync(join(folder, 'out', 'run'), { recursive: true });
  return {
    input: join(folder, 'in'),
    output: join(folder, 'out', 'result'),
    manifest: join(folder, 'out', 'run', 'train.json'),
  };
}

const inputOf = (path: string): StageInput => ({
  ...new FileHashes().fingerprint(path),
  name: 'slices of A',
});

const state = (input: string, change: Partial<StageState> = {}): StageState => ({
  stage: 'train',
  inputs: [inputOf(input)],
  settings: { 'training.epochs': 6, weights: undefined, modalities: ['A'] },
  versions: { radweave: '0.1.0' },
  ...change,
});

const check = (manifest: string, now: StageState): UpToDate => isUpToDate(manifest, now, new FileHashes());

const reason = (manifest: string, now: StageState): string => {
  const outcome = check(manifest, now);
  return outcome.upToDate ? 'up to date' : outcome.reason;
};

function written(): Place {
  const files = place();
  writeFileSync(files.input, 'a');
  writeFileSync(files.output, 'b');
  writeManifest(files.manifest, state(files.input), [files.output], new FileHashes());
  return files;
}

test('a stage is up to date until an input, setting, version or output changes', () => {
  const { input, output, manifest } = written();
  expect(readManifest(manifest)).toMatchObject({
    format: 2,
    stage: 'train',
    settings: { 'training.epochs': 6 },
    inputs: [{ name: 'slices of A', path: '../in' }],
    outputs: [{ path: 'result' }],
  });
  expect(check(manifest, state(input))).toEqual({ upToDate: true, outputs: [output], warnings: [] });
  const now = (change: Partial<StageState>): string => reason(manifest, state(input, change));
  expect(now({ settings: { 'training.epochs': 7, modalities: ['A'] } })).toBe('training.epochs changed');
  expect(now({ settings: { 'training.epochs': 6 } })).toBe('modalities changed');
  expect(now({ versions: {} })).toBe('the version of radweave changed');
  expect(now({ inputs: [] })).toBe('the slices of A changed');
  // What is called by its file name has no article.
  const { inputs } = state(input);
  const cohort = inputs.map((one) => ({ ...one, name: 'cohort.csv' }));
  expect(now({ inputs: [...inputs, ...cohort] })).toBe('cohort.csv changed');
  writeFileSync(input, 'c');
  expect(now({})).toBe('the slices of A changed');
  writeFileSync(input, 'a');
  writeFileSync(output, 'd');
  expect(now({})).toBe(`the output ${output} is missing or changed`);
  rmSync(output);
  expect(now({})).toContain('the output');
  expect(reason(join(output, 'none', 'train.json'), state(input))).toBe('it has not been finished before');
});

test('the same content in another place is the same input, and the whole may be moved', () => {
  const { input, manifest } = written();
  renameSync(input, `${input}-elsewhere`);
  expect(reason(manifest, state(`${input}-elsewhere`))).toBe('up to date');
  const moved = join(tempDir(), 'moved');
  renameSync(join(manifest, '..', '..', '..'), moved);
  const there = place(moved);
  expect(check(there.manifest, state(`${there.input}-elsewhere`))).toEqual({
    upToDate: true,
    outputs: [there.output],
    warnings: [],
  });
});

test('a record that is of an earlier version or damaged makes a stage run, and nothing else', () => {
  const { input, output, manifest } = written();
  const old = {
    format: 1,
    stage: 'train',
    inputs: [{ path: 'in', kind: 'folder', sha256: 'a'.repeat(64) }],
    options: { data: { home_hospital: 'JM' }, seed: 42, modalities: ['A'] },
    versions: { radweave: '0.1.0' },
    outputs: [],
    finished: '2026-01-01T00:00:00.000Z',
  };
  writeFileSync(manifest, JSON.stringify(old));
  expect(reason(manifest, state(input))).toBe('its record is of an earlier version');
  expect(readManifest(manifest).settings).toEqual({
    'data.home_hospital': 'JM',
    'experiment.seed': 42,
    modalities: ['A'],
  });
  writeFileSync(manifest, '{"format": 2, "sta');
  expect(reason(manifest, state(input))).toBe('its record cannot be read');
  writeManifest(manifest, state(input), [output], new FileHashes());
  expect(reason(manifest, state(input))).toBe('up to date');
});
