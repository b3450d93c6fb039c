import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Config, RadweaveError } from '@radweave/artifacts';
import { listening } from '@radweave/study/testing/cohort';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verify } from '../stages/index.ts';
import { writeMadeUpRun } from '../testing/made-up-run.ts';

let folder: string;
let config: Config;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'radweave-damage-'));
  config = await writeMadeUpRun(folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a damaged file holds; null for one that is gone. */
type Damage = (bytes: Buffer) => Buffer | null;

const text =
  (change: (before: string) => string): Damage =>
  (bytes) => {
    const after = change(bytes.toString('utf8'));
    expect(after).not.toBe(bytes.toString('utf8'));
    return Buffer.from(after);
  };
const patched =
  (at: number, ...values: number[]): Damage =>
  (bytes) => {
    bytes.set(values, at < 0 ? bytes.length + at : at);
    return bytes;
  };

const BROKEN: Record<string, Damage> = {
  truncated: (bytes) => bytes.subarray(0, bytes.length / 2),
  empty: () => Buffer.alloc(0),
  missing: () => null,
};
const LAST_NUMBER = /(-?\d+(?:\.\d+)?)(?=\D*$)/;
const TABLE: Record<string, Damage> = {
  ...BROKEN,
  'with another number': text((before) => before.replace(LAST_NUMBER, (last) => String(Number(last) + 1))),
  'with NaN': text((before) => before.replace(LAST_NUMBER, 'NaN')),
};
const RECORD: Record<string, Damage> = {
  ...BROKEN,
  'of another version': text((before) => before.replace(/"format": \d+/, '"format": 99')),
  'with NaN': text((before) => before.replace(LAST_NUMBER, 'NaN')),
};
const ARRAY: Record<string, Damage> = {
  ...BROKEN,
  'of another version': patched(6, 9),
  'with another number': patched(-1, 0x41),
  'with NaN': patched(-4, 0, 0, 0xc0, 0x7f),
};

const FILES: [path: string, damages: Record<string, Damage>][] = [
  ['data/splits/train_A.csv', TABLE],
  ['data/splits/cohort.csv', TABLE],
  ['data/splits/exclusions.csv', BROKEN],
  ['data/splits/summary.json', RECORD],
  ['data/features/test/A/grade0/SY000.npy', ARRAY],
  ['data/features/val/features_P.csv', TABLE],
  ['data/features/val/features_P.json', RECORD],
  ['outputs/checkpoints/made_up_A/best_model.pth', BROKEN],
  ['outputs/checkpoints/made_up_A/run.json', RECORD],
  ['outputs/logs/made_up_A/slice_predictions_val.csv', TABLE],
  ['outputs/fusion/model.json', RECORD],
  ['outputs/fusion/metrics.csv', TABLE],
  ['outputs/fusion/predictions_test.csv', TABLE],
  ['outputs/fusion/fused_test.npy', ARRAY],
  ['outputs/fusion/fused_test.csv', TABLE],
  ['outputs/evaluation/evaluation.json', RECORD],
  ['outputs/evaluation/metrics.csv', TABLE],
  ['outputs/evaluation/frozen/fused.threshold.json', BROKEN],
  ['outputs/run/fuse.json', RECORD],
  ['outputs/run/evaluate.json', RECORD],
  ['outputs/report/report.html', BROKEN],
];

/** What `verify` says of the run: each sentence that keeps it from ending with 0. */
async function complaints(): Promise<string[]> {
  try {
    const options = { run: config.experiment.output_dir, config, given: [] };
    const { differences, missing } = await verify(options, listening());
    return [...differences.map((one) => Object.values(one).join(' ')), ...missing];
  } catch (error) {
    // Anything else is told as a bug.
    if (!(error instanceof RadweaveError)) throw error;
    expect(error.hint).toBeDefined();
    return [error.message];
  }
}

/** Damages a file in some way, and puts it back. */
async function damaged(path: string, damage: (path: string, before: Buffer) => void): Promise<string[]> {
  const before = readFileSync(path);
  try {
    damage(path, Buffer.from(before));
    return await complaints();
  } finally {
    rmSync(path, { recursive: true, force: true });
    writeFileSync(path, before);
  }
}

/** Recorded as a whole, or named where its record is gone. */
const FOLDERS = ['features/test/A', 'evaluation', 'checkpoints/made_up_A'];

function expectNamed(said: readonly string[], file: string, how: string): void {
  const names = [basename(file), ...FOLDERS.filter((one) => file.includes(`/${one}/`))];
  const naming = said.filter((one) => names.some((name) => one.includes(name)));
  expect(naming, `${file} ${how}: ${said[0]}`).not.toEqual([]);
  // The work is done in a temporary folder, of which the user knows nothing.
  expect(
    said.filter((one) => one.includes('radweave-verify-')),
    `${file} ${how}`,
  ).toEqual([]);
}

test('nothing is found in the run as it is', async () => {
  expect(await complaints()).toEqual([]);
});

test.each(FILES)('%s: no damage is taken for verified, and each is named', async (file, damages) => {
  for (const [how, damage] of Object.entries(damages)) {
    const said = await damaged(join(folder, file), (path, before) => {
      const after = damage(before);
      if (after === null) rmSync(path);
      else writeFileSync(path, after);
    });
    expectNamed(said, file, how);
  }
});

test('a folder, or links in a circle, in the place of a file are named', async () => {
  for (const [file] of FILES.filter((_, i) => i % 3 === 0)) {
    for (const replace of [(path: string) => mkdirSync(path), (path: string) => symlinkSync(path, path)]) {
      const said = await damaged(join(folder, file), (path) => {
        rmSync(path);
        replace(path);
      });
      expectNamed(said, file, 'replaced');
    }
  }
});
