import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type CheckpointFacts, defaultConfig, type RunRecord, readHistory } from '@radweave/artifacts';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import { splitIdentity } from '@radweave/study/cohort/split-identity';
import type { EpochReport, SplitScores } from '@radweave/study/context/reports';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { tempDir } from '@radweave/testkit';
import { fromTypedArray, full, type Tensor, TorchFileWriter } from '@radweave/torch';
import { afterEach, expect, test, vi } from 'vitest';
import { engineVersions } from '../compute/versions.ts';
import {
  readCheckpoint,
  type Snapshot,
  type SnapshotMemory,
  takeSnapshot,
  weightsOf,
} from '../open/checkpoint.ts';
import { EpochFiles } from './epoch-files.ts';
import { Recorder } from './recorder.ts';
import { restorable } from './restorable.ts';

afterEach(() => vi.restoreAllMocks());

const scores: SplitScores = (() => {
  const half = { value: 0.5, n: 2 };
  const level = { auc: half, accuracy: half, sensitivity: half, specificity: half };
  return { loss: 1, patientLoss: 1, slice: level, patient: level };
})();

function report(epoch: number, isBest: boolean): EpochReport {
  return { epoch, learningRate: 0.1, train: scores, validation: scores, isBest, best: null };
}

function record(epochs: number): RunRecord {
  const best = { epoch: 1, score: 0.5 };
  const [name, modality, model] = ['run', 'A', 'resnet18'];
  return { format: 1, name, modality, model, status: 'running', best, epochs, split_hash: 'x' };
}

/** A network of one tensor, whose every element is the epoch. */
function taking(epoch: number): (memory: SnapshotMemory) => Snapshot {
  const about: CheckpointFacts = {
    format: 'radweave/1',
    modality: 'A',
    architecture: { name: 'resnet18', num_classes: 2, in_chans: 1, freeze_stages: 0 },
    input: { image_size: 32, normalize_mean: 0.5, normalize_std: 0.5 },
    label_names: ['grade0', 'grade1'],
    initial_weights: 'trained from scratch',
    precision: 'fp32',
    epoch,
    step: 0,
    best: null,
    split_hash: 'x',
    patients: { train: [], val: [] },
    versions: engineVersions('cpu'),
    config: defaultConfig(),
  };
  const states = {
    optimizer: { state: new Map([[0, { exp_avg: full([1000], epoch) }]]), param_groups: [] },
    scheduler: {},
    rng: fromTypedArray(Uint8Array.of(epoch)),
    deviceRng: null,
    scaler: null,
    partial: null,
  };
  return (memory) => takeSnapshot(about, new Map([['weight', full([1000], epoch)]]), states, memory);
}

interface Made {
  run: RunFolder;
  files: EpochFiles;
  close(): Promise<void>;
}

function made(keeps = { epochs: false, last: true }): Made {
  const run = new RunFolder(tempDir(), 'run');
  mkdirSync(run.checkpoints, { recursive: true });
  const recorder = new Recorder(run, 1, []);
  const files = new EpochFiles(run, recorder, keeps);
  const close = async (): Promise<void> => {
    await files.close();
    recorder.close();
  };
  return { run, files, close };
}

const weightOf = (weights: ReadonlyMap<string, Tensor> | undefined): number =>
  weights?.get('weight')?.toFloat32Array().at(-1) ?? Number.NaN;

/** Which epochs' weights and states lie on disk. */
async function onDisk(run: RunFolder): Promise<Record<string, unknown>> {
  const read = async (path: string): Promise<number | null> =>
    existsSync(path) ? weightOf((await readCheckpoint(path))?.model) : null;
  const last = existsSync(run.last) ? await readCheckpoint(run.last) : null;
  return {
    best: await read(run.best),
    last: last === null ? null : [weightOf(last.model), last.about.epoch, last.resume?.rng.item()],
    history: existsSync(run.history) ? readHistory(run.history).map(({ epoch }) => epoch) : [],
    record: run.exists() ? run.read().epochs : null,
  };
}

/** Lets every checkpoint wait until it is told to be written, and keeps their paths in order. */
function holdWriting(): { paths: string[]; letOne: () => Promise<void> } {
  const paths: string[] = [];
  const held: (() => void)[] = [];
  const write = TorchFileWriter.prototype.write;
  vi.spyOn(TorchFileWriter.prototype, 'write').mockImplementation(async function (
    this: TorchFileWriter,
    path,
    value,
  ) {
    await new Promise<void>((resolve) => held.push(resolve));
    await write.call(this, path, value);
    paths.push(path);
  });
  const letOne = async (): Promise<void> => {
    await vi.waitFor(() => expect(held.length).toBeGreaterThan(0));
    const before = paths.length;
    held.shift()?.();
    await vi.waitFor(() => expect(paths.length).toBe(before + 1));
    await wait(5);
  };
  return { paths, letOne };
}

test('a copy that fails half-way is not written, and neither is what waited in its memory', async () => {
  const { run, files, close } = made();
  const { letOne } = holdWriting();
  files.begin(taking(0), record(0));
  await files.add(report(1, false), taking(1), record(1));
  const failing = (memory: SnapshotMemory): Snapshot => {
    taking(2)(memory);
    throw new Error('out of memory');
  };
  await expect(files.add(report(2, false), failing, record(2))).rejects.toThrow('out of memory');
  await letOne();
  await close();
  expect(await onDisk(run)).toEqual({ best: null, last: [0, 0, 0], history: [], record: 0 });
});

test('epochs that end while one is written are written together: the best, a row for each, the last', async () => {
  const { run, files, close } = made();
  const { paths, letOne } = holdWriting();
  files.begin(taking(0), record(0));
  await files.add(report(1, true), taking(1), record(1));
  await files.add(report(2, true), taking(2), record(2));
  await files.add(report(3, false), taking(3), record(3));
  expect(await onDisk(run)).toEqual({ best: null, last: null, history: [], record: null });
  await letOne();
  expect(await onDisk(run)).toEqual({ best: null, last: [0, 0, 0], history: [], record: 0 });
  // While this is written, memory of none of it may be taken.
  await files.add(report(4, false), taking(4), record(4));
  expect(files.unwrittenBest === null ? null : weightOf(weightsOf(files.unwrittenBest))).toBe(2);
  await letOne();
  // Killed here, the run continues from its beginning and makes all of this again.
  expect(await onDisk(run)).toEqual({ best: 2, last: [0, 0, 0], history: [1, 2, 3], record: 0 });
  await letOne();
  expect(await onDisk(run)).toEqual({ best: 2, last: [3, 3, 3], history: [1, 2, 3, 4], record: 3 });
  expect(files.unwrittenBest).toBeNull();
  await letOne();
  await files.finished();
  expect(await onDisk(run)).toEqual({ best: 2, last: [4, 4, 4], history: [1, 2, 3, 4], record: 4 });
  expect(paths).toEqual([run.last, run.best, run.last, run.last]);
  await close();
});

test('with a file for every epoch none is left out', async () => {
  const { run, files, close } = made({ epochs: true, last: true });
  files.begin(taking(0), record(0));
  for (const epoch of [1, 2, 3]) await files.add(report(epoch, epoch === 2), taking(epoch), record(epoch));
  await files.writeLast(taking(9));
  for (const epoch of [1, 2, 3]) {
    expect(weightOf((await readCheckpoint(run.epoch(epoch)))?.model)).toBe(epoch);
  }
  expect(await onDisk(run)).toEqual({ best: 2, last: [9, 9, 9], history: [1, 2, 3], record: 3 });
  await close();
  expect(readdirSync(run.checkpoints).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('without a last checkpoint only the best one is written, and an interruption writes none either', async () => {
  const { run, files, close } = made({ epochs: false, last: false });
  files.begin(taking(0), record(0));
  await files.add(report(1, true), taking(1), record(1));
  await files.add(report(2, false), taking(2), record(2));
  await files.writeLast(taking(2));
  expect(await onDisk(run)).toEqual({ best: 1, last: null, history: [1, 2], record: 2 });
  expect(readdirSync(run.checkpoints).sort()).toEqual(['best_model.pth', 'run.json']);
  await close();
});

test('where writing keeps up, every epoch uses the same memory; where not, no more than is held', async () => {
  const { files, close } = made();
  const used = { weights: new Set<unknown>(), states: new Set<unknown>() };
  const watched =
    (epoch: number): ((memory: SnapshotMemory) => Snapshot) =>
    (memory) => {
      used.weights.add(memory.weights);
      used.states.add(memory.states);
      return taking(epoch)(memory);
    };
  files.begin(watched(0), record(0));
  for (const epoch of [1, 2, 3]) {
    await files.finished();
    await files.add(report(epoch, true), watched(epoch), record(epoch));
  }
  await files.finished();
  expect([used.weights.size, used.states.size]).toEqual([1, 1]);
  const { letOne } = holdWriting();
  await files.add(report(4, true), watched(4), record(4));
  for (const epoch of [5, 6, 7, 8])
    await files.add(report(epoch, epoch === 5), watched(epoch), record(epoch));
  expect([used.weights.size, used.states.size]).toEqual([3, 2]);
  for (let i = 0; i < 4; i++) await letOne();
  await close();
});

test('what cannot be written is told by whoever next asks', async () => {
  const { run, files, close } = made();
  mkdirSync(run.last);
  files.begin(taking(0), record(0));
  const fault = { exitCode: 5, where: run.last };
  await expect(vi.waitUntil(() => files.check() === null, 5000)).rejects.toMatchObject(fault);
  expect(run.exists()).toBe(false);
  await files.add(report(1, true), taking(1), record(1));
  await expect(files.finished()).rejects.toMatchObject(fault);
  await close();
});

test('a run that was killed between its best checkpoint and its last knows which epoch the best one is of', async () => {
  const { run, files, close } = made();
  const nobody = new SliceTable([]);
  const tables = { train: nobody, val: nobody, test: nobody };
  const candidate = (epoch: number) => ({ epoch, score: epoch / 10, loss: 1 });
  const best = (epoch: number) => (memory: SnapshotMemory) => {
    const { about, ...taken } = taking(epoch)(memory);
    return { ...taken, about: { ...about, best: candidate(epoch), ...splitIdentity(tables) } };
  };
  const bestOfLast = async () => (await restorable(run, defaultConfig(), tables)).about.best;
  files.begin(best(1), record(1));
  await files.finished();
  expect(await bestOfLast()).toEqual(candidate(1));
  await files.add(report(1, true), best(2), record(1));
  await files.writeLast(best(1));
  await close();
  expect(await bestOfLast()).toEqual(candidate(2));
});
