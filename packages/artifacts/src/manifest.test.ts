import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { isUpToDate, readManifest, type StageState, writeManifest } from './manifest.ts';

test('a stage is up to date until an input, option, version or output changes', () => {
  const folder = tempDir();
  const [input, output, path] = [join(folder, 'in'), join(folder, 'out'), join(folder, 'manifest.json')];
  writeFileSync(input, 'a');
  writeFileSync(output, 'b');
  const state = (change: Partial<StageState> = {}): StageState => ({
    stage: 'train',
    inputs: [fingerprint(input)],
    options: { epochs: 6, weights: undefined, modalities: ['A'] },
    versions: { radweave: '0.1.0' },
    ...change,
  });
  expect(isUpToDate(path, state())).toEqual({ upToDate: false, reason: 'it has not been run' });
  writeManifest(path, state(), [output]);
  expect(readManifest(path)).toMatchObject({ format: 1, stage: 'train', options: { epochs: 6 } });
  expect(isUpToDate(path, state())).toEqual({ upToDate: true });
  utimesSync(input, 1, 1);
  expect(isUpToDate(path, state())).toEqual({ upToDate: true });
  const reason = (changed: StageState) => JSON.stringify(isUpToDate(path, changed));
  expect(reason(state({ options: { epochs: 7, modalities: ['A'] } }))).toContain('the option epochs changed');
  expect(reason(state({ options: { epochs: 6 } }))).toContain('the option modalities changed');
  expect(reason(state({ versions: {} }))).toContain('the version of radweave changed');
  expect(reason(state({ inputs: [] }))).toContain('changed');
  writeFileSync(input, 'other');
  expect(reason(state())).toContain('the input');
  writeFileSync(input, 'a');
  writeFileSync(output, 'tampered');
  expect(reason(state())).toContain('the output');
  rmSync(output);
  expect(reason(state())).toContain('the output');
});

test('a folder is identified by names, sizes and times below it, through links and despite loops', () => {
  const folder = join(tempDir(), 'root');
  mkdirSync(join(folder, 'JM'), { recursive: true });
  writeFileSync(join(folder, 'JM', 'a.png'), '1');
  symlinkSync(folder, join(folder, 'JM', 'loop'), 'junction');
  const before = fingerprint(folder);
  expect(before.kind).toBe('folder');
  writeFileSync(join(folder, '.radweave.lock'), '');
  expect(fingerprint(folder)).toEqual(before);
  writeFileSync(join(folder, 'JM', 'b.png'), '');
  expect(fingerprint(folder)).not.toEqual(before);
  expect(() => fingerprint(join(folder, 'none'))).toThrow(/does not exist/);
});
