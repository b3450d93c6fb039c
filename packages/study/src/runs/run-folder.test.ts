import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, type Split } from '@radweave/artifacts';
import { rmSync } from '@radweave/artifacts/files';
import { onPosix, tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { isPresentSplit } from '../cohort/split-identity.ts';
import { listening } from '../testing/cohort.ts';
import {
  damagedRuns,
  findRuns,
  newestFitting,
  newRunName,
  RunFolder,
  warnOfDamagedRuns,
} from './run-folder.ts';

vi.mock('@radweave/artifacts/files', async (original) => {
  const real = await original<typeof import('@radweave/artifacts/files')>();
  return { ...real, rmSync: vi.fn(real.rmSync) };
});

test('of a run that starts over the record goes last and the settings stay: killed in between, it still starts over', () => {
  const run = new RunFolder(tempDir(), 'anew');
  for (const folder of [run.checkpoints, join(run.logs, 'splits')]) mkdirSync(folder, { recursive: true });
  for (const path of [run.best, run.record, run.config, run.history, run.log]) writeFileSync(path, '');
  run.clear();
  const removed = vi.mocked(rmSync).mock.calls.map(([path]) => path);
  expect(removed.at(-1)).toBe(run.record);
  expect(removed.toSorted()).toEqual(
    [run.best, run.record, run.history, run.log, join(run.logs, 'splits')].toSorted(),
  );
  expect([readdirSync(run.checkpoints), readdirSync(run.logs)]).toEqual([[], ['config.yaml']]);
});

/** Finished runs of these splits, each newer than the one before; of an old record the split is not told. */
function runsOn(outputDir: string, splits: Record<string, string | undefined>): void {
  for (const [i, [name, split_hash]] of Object.entries(splits).entries()) {
    const run = new RunFolder(outputDir, name);
    mkdirSync(run.checkpoints, { recursive: true });
    writeFileSync(run.best, '');
    const about = { format: 1, name, modality: 'A', model: 'm', status: 'finished', best: null, epochs: 1 };
    const time = `2026-01-0${i + 1}T00:00:00.000Z`;
    writeFileSync(run.record, JSON.stringify({ ...about, split_hash, time }));
  }
}

test.each([
  ['the newest of the present split', { a: 'x', b: 'x', c: 'y' }, 'x', 'b', undefined],
  ['none where all are of others, and the newest is told', { a: 'x', b: 'y' }, 'z', undefined, 'b'],
  ['the newest where nothing tells the present split', { a: 'x', b: 'y' }, null, 'b', undefined],
  ['an old record that tells no split, as before', { a: 'x', b: undefined }, 'x', 'b', undefined],
  [
    'a newer one of the present split before an old record',
    { a: undefined, b: 'x', c: 'y' },
    'x',
    'b',
    undefined,
  ],
  ['nothing without runs', {}, 'x', undefined, undefined],
])('of several runs is chosen %s', (_, splits, present, run, other) => {
  const outputDir = tempDir();
  runsOn(outputDir, splits);
  const chosen = newestFitting(
    findRuns(outputDir, 'best', { modality: 'A' }),
    present === null ? null : { split_hash: present },
  );
  expect([chosen.run?.name, chosen.other?.name]).toEqual([run, other]);
});

const member = (patient: string, split: Split) => ({ patient, hospital: 'JM', label: 0, split });
const HOME = [member('a', 'train'), member('b', 'val')];
const LARGER = identityOf([...HOME, member('c', 'test')]);

test.each([
  ['other external patients', identityOf(HOME), true],
  ['a patient of train in val', identityOf([member('a', 'val'), member('b', 'val')]), false],
  ['another label', identityOf([member('a', 'train'), { ...member('b', 'val'), label: 1 }]), false],
  ['an old record of another whole', { split_hash: identityOf(HOME).split_hash }, false],
  ['an old record of this whole', { split_hash: LARGER.split_hash }, true],
])('a run on %s fits the present split or not', (_, recorded, isFitting) => {
  expect(isPresentSplit(recorded, LARGER)).toBe(isFitting);
});

onPosix('a run whose folder has a name that no new one gets is found all the same', () => {
  const outputDir = tempDir();
  runsOn(outputDir, { a: 'x' });
  const { checkpoints, logs } = new RunFolder(outputDir, 'a');
  for (const folder of [checkpoints, logs].filter((place) => existsSync(place)))
    renameSync(folder, `${folder}.`);
  expect(findRuns(outputDir, 'best', {}).map(({ name, best }) => [name, existsSync(best)])).toEqual([
    ['a.', true],
  ]);
});

test('a damaged record hides no other run, and is told with its file', () => {
  const outputDir = tempDir();
  runsOn(outputDir, { a: 'x', b: 'x', c: 'x' });
  const damaged = new RunFolder(outputDir, 'c');
  writeFileSync(damaged.record, '{');
  expect(findRuns(outputDir, 'best', {}).map(({ name }) => name)).toEqual(['b', 'a']);
  expect(damagedRuns(outputDir).map(({ run, error }) => [run.name, error.code])).toEqual([['c', 'E_JSON']]);
  const context = listening();
  warnOfDamagedRuns(outputDir, context);
  expect(context.said).toEqual([
    expect.stringMatching(
      /^warning: The run 'c' is left out: the file is not valid JSON.*run\.json\)\. Restore/,
    ),
  ]);
  const remedy = expect.stringContaining(`move ${damaged.checkpoints} and ${damaged.logs} away`);
  expect(() => damaged.read()).toThrow(
    expect.objectContaining({ code: 'E_JSON', where: damaged.record, hint: remedy }),
  );
});

test('a clock that goes back gives no run the name of another', () => {
  const output = tempDir();
  vi.useFakeTimers({ now: new Date('2026-10-25T02:30:00'), toFake: ['Date'] });
  try {
    const names = [0, 1, 2].map(() => {
      const run = new RunFolder(output, newRunName(output, 'r', 'A'));
      mkdirSync(run.checkpoints, { recursive: true });
      mkdirSync(run.logs, { recursive: true });
      writeFileSync(run.history, '');
      vi.setSystemTime(new Date('2026-10-25T02:30:00'));
      return run.name;
    });
    expect(names).toEqual(['', '-2', '-3'].map((number) => `r_A_20261025-023000${number}`));
  } finally {
    vi.useRealTimers();
  }
});
