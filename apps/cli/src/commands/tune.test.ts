import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  configure,
  readCohort,
  readConfig,
  readSearch,
  readTrials,
  type SearchRecord,
  splitFiles,
  splitHash,
} from '@radweave/artifacts';
import { generatePhantomCohort } from '@radweave/phantom';
import { type Following, type StageEvent, tune as searchOf } from '@radweave/pipeline';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/radweave.mjs', import.meta.url));

const SETTINGS = `
data: {root_dir: raw, splits_dir: splits, image_size: 32, num_workers: 1}
model: {name: mobilenetv3_small_100, pretrained: false}
training: {epochs: 2, batch_size: 16, precision: fp32, device: cpu}
tune:
  space:
    training.learning_rate: {low: 1.0e-4, high: 1.0e-2, log: true}
    training.batch_size: [8, 16]
  trials: 4
  reduction: 2
  folds: 2
`;

let folder: string;

const env = { ...process.env, RADWEAVE_THREADS: '1' };

function radweave(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}

const tune = (output: string, ...more: string[]) =>
  radweave('tune', '--modality', 'A', '--config', 'tune.yaml', '--output_dir', output, ...more);

const place = (output: string, ...names: string[]): string => join(folder, output, 'tune', 'A', ...names);

/** What a search found, without times. */
const found = (output: string): object[] =>
  readTrials(place(output, 'trials.csv')).map(({ seconds: _, ...trial }) => trial);

/** What is scored already, without what a kill left under other names. */
const scoredIn = (results: string): string[] =>
  (existsSync(results) ? readdirSync(results) : []).filter((name) => name.endsWith('.json'));

/** When each file of a folder was written. */
const timesOf = (place: string): Record<string, number> =>
  Object.fromEntries(readdirSync(place).map((name) => [name, statSync(join(place, name)).mtimeMs]));

/** Searches with the library, in this process, as the command does in its folder. */
async function searchInScript(output: string, following: Following = {}): Promise<SearchRecord> {
  const cwd = process.cwd();
  process.chdir(folder);
  vi.stubEnv('RADWEAVE_THREADS', env.RADWEAVE_THREADS);
  try {
    const config = configure({ experiment: { output_dir: output } }, 'tune.yaml');
    return await searchOf(config, { modality: 'A', ...following });
  } finally {
    vi.unstubAllEnvs();
    process.chdir(cwd);
  }
}

/** Goes on with a search, and stops as soon as one more trial has its score. */
async function stoppedInScript(output: string): Promise<void> {
  const stopping = new AbortController();
  const onEvent = (event: StageEvent) => {
    if (event.kind === 'log' && /: AUC/.test(event.text)) stopping.abort();
  };
  const stopped = searchInScript(output, { signal: stopping.signal, onEvent });
  await expect(stopped).rejects.toMatchObject({ code: 'E_INTERRUPTED', exitCode: 4 });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'radweave-tune-'));
  const cohort = { seed: 1, patientsPerHospital: 2, homePatients: 16, slicesPerModality: 2, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  writeFileSync(join(folder, 'tune.yaml'), SETTINGS);
  expect(radweave('preprocess', '--config', 'tune.yaml')).toMatchObject({ status: 0 });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a search that is killed goes on in a script and with the same command as if nothing had been, and trains nothing twice', async () => {
  const whole = tune('whole');
  expect(whole).toMatchObject({ status: 0, stdout: expect.stringContaining('is the best of 4 trials') });
  const search = readSearch(place('whole', 'search.json'));
  expect(search).toMatchObject({ modality: 'A', rungs: [1, 2], folds: 2, strategy: 'asha' });
  const { patients } = readCohort(splitFiles(join(folder, 'splits')).cohort);
  expect(search.trained_on_hash).toBe(splitHash(patients.filter(({ split }) => split === 'train')));
  expect(Date.now() - Date.parse(search.time ?? '')).toBeLessThan(600_000);
  expect(search.keys[0]?.space).toEqual({ low: expect.any(Number), high: expect.any(Number) });
  expect(search.trials.map(({ state }) => state)).toEqual(expect.arrayContaining(['trained', 'halved']));

  const killed: ChildProcess = spawn(
    process.execPath,
    [BIN, 'tune', '--modality', 'A', '--config', 'tune.yaml', '--output_dir', 'killed'],
    { cwd: folder, env, stdio: 'ignore' },
  );
  onTestFinished(() => void killed.kill('SIGKILL'));
  const results = place('killed', 'trials');
  while (scoredIn(results).length < 2) await sleep(20);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  await stoppedInScript('killed');
  const done = scoredIn(results);
  expect(done.length).toBeLessThan(scoredIn(place('whole', 'trials')).length);
  const again = tune('killed');
  expect(again).toMatchObject({ status: 0 });
  expect(found('killed')).toEqual(found('whole'));
  const trained = again.stderr.match(/^Trial \d of 4, fold 1 of 2/gm) ?? [];
  // What was scored is not trained again.
  expect(trained.length + done.length).toBe(search.trials.reduce((sum, { rung }) => sum + rung + 1, 0));

  // A script that joins a search that is over is given what it found.
  expect(await searchInScript('killed')).toEqual(readSearch(place('killed', 'search.json')));

  // The settings of the best are a configuration of the study.
  const best = readConfig(place('killed', 'best.yaml'));
  expect(best.experiment.output_dir).toBe('killed');
  expect(best.training).toMatchObject({
    epochs: 2,
    learning_rate: search.trials[0]?.settings['training.learning_rate'],
  });
});

test('more trials begin with those that there are, and two workers share them', () => {
  // What the test before has done stays.
  expect(tune('whole')).toMatchObject({ status: 0 });
  const results = place('whole', 'trials');
  const before = timesOf(results);
  const more = tune('whole', '--trials', '6', '--workers', '2');
  expect(more).toMatchObject({ status: 0, stdout: expect.stringContaining('is the best of 6 trials') });
  expect(timesOf(results)).toMatchObject(before);
  const status = JSON.parse(radweave('status', '--output_dir', place('whole'), '--json').stdout);
  expect(new Set(status.map(({ state }: { state: string }) => state))).toEqual(new Set(['done', 'left out']));
  // The checkpoints of trials are gone, as no trial can go on.
  const weights = readdirSync(place('whole', 'checkpoints'), { recursive: true, encoding: 'utf8' });
  expect(weights.filter((name) => name.endsWith('.pth'))).toEqual([]);
});

test('without a modality each of the study has a search of its own, and what one lacks is told before any is trained', () => {
  const search = (...more: string[]) =>
    radweave(
      'tune',
      '--config',
      'tune.yaml',
      '--output_dir',
      'both',
      '--trials',
      '2',
      '--epochs',
      '1',
      ...more,
    );
  const trained = (modality: string) => scoredIn(join(folder, 'both', 'tune', modality, 'trials'));
  expect(search('--modality', 'A', 'nowhere')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('nowhere'),
  });
  expect(trained('A')).toEqual([]);
  const { status, stdout } = search('--json', '--workers', '2');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([
    { modality: 'A', rungs: [1] },
    { modality: 'P', rungs: [1] },
  ]);
  const best = ['A', 'P'].map((modality) => join(folder, 'both', 'tune', modality, 'best.yaml'));
  expect(best.map((path) => existsSync(path))).toEqual([true, true]);
  expect(trained('P')).toHaveLength(2);
  // Done before, both are told.
  expect(search().stdout).toMatch(/--modality A .*--modality P /s);
});

test.each([
  ['an empty space', ['--set', 'tune.space={}'], 2, 'the space to search is empty'],
  ['an unknown key', ['--set', 'tune.space={training.rate: [1, 2]}'], 2, "there is no key 'training.rate'"],
  [
    'a value that is not allowed',
    ['--set', 'tune.space={training.batch_size: [0]}'],
    2,
    'training.batch_size is 0',
  ],
  ['too many folds', ['--folds', '12'], 3, '12 folds cannot be made'],
])('%s is refused before anything is written', (_, flags, status, text) => {
  expect(tune('refused', ...flags)).toMatchObject({ status, stderr: expect.stringContaining(text) });
  expect(existsSync(join(folder, 'refused'))).toBe(false);
});
