import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type Config, readSplit, splitPath } from '@radweave/artifacts';
import { encodePng } from '@radweave/imaging';
import { cohortConfig, listening, SIDE, slicePixels } from '@radweave/study/testing/cohort';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluate } from '../stages/evaluate.ts';
import { fuse } from '../stages/fuse.ts';
import { verify } from '../stages/index.ts';
import { writeMadeUpRun } from '../testing/made-up-run.ts';
import type { VerifyResult } from './verify.ts';

const modalities = ['A', 'P'];
let shared: string;
let config: Config;
let run: string;

beforeAll(async () => {
  shared = mkdtempSync(join(tmpdir(), 'radweave-verify-test-'));
  config = await writeMadeUpRun(shared);
  run = config.experiment.output_dir;
}, 60_000);

afterAll(() => rmSync(shared, { recursive: true, force: true }));

const verified = (own: Config = config, given: string[] = []): Promise<VerifyResult> =>
  verify({ run, config: own, given }, listening());

/** Verifies with one file changed, and puts the file back. */
async function tampered(path: string, change: (text: string) => string): Promise<VerifyResult> {
  const before = readFileSync(path);
  const text = before.toString('utf8');
  expect(change(text)).not.toBe(text);
  try {
    writeFileSync(path, change(text));
    return await verified();
  } finally {
    writeFileSync(path, before);
  }
}

/** Without the recorded hashes, which every change of a recorded file touches. */
const madeAgain = ({ differences }: VerifyResult) =>
  differences.filter(({ column }) => !column.startsWith('sha256 in run/'));

function contentHash(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    hash.update(name);
    if (statSync(path).isFile()) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

/** Changes the cell of a column in a line (the header is line 0). */
function setCell(text: string, column: string, change: (cell: string) => string, line = 1): string {
  const lines = text.split('\n');
  const at = (lines[0] ?? '').split(',').indexOf(column);
  const cells = (lines[line] ?? '').split(',');
  cells[at] = change(cells[at] ?? '');
  lines[line] = cells.join(',');
  return lines.join('\n');
}

const more = (cell: string): string => String(Number(cell) + 0.001);

test('decisions that were taken over are taken over again', async () => {
  const folder = join(run, 'evaluation');
  const kept = join(shared, 'kept');
  const earlier = join(shared, 'earlier');
  cpSync(folder, kept, { recursive: true });
  const fixed = structuredClone(config);
  fixed.evaluation.threshold_rule = 'fixed';
  const wish = { modalities, runs: { A: 'made_up_A', P: 'made_up_P' }, networksOnly: false };
  try {
    await evaluate({ ...wish, config: fixed, frozen: null, outputDir: earlier }, listening());
    await evaluate({ ...wish, config, frozen: join(earlier, 'frozen'), outputDir: null }, listening());
    expect(madeAgain(await verified()).filter(({ file }) => file.startsWith('evaluation'))).toEqual([]);
  } finally {
    for (const path of [folder, earlier]) rmSync(path, { recursive: true, force: true });
    renameSync(kept, folder);
  }
});

test('a fusion whose threshold was chosen by another rule is fused again by that rule', async () => {
  const folder = join(run, 'fusion');
  const kept = join(shared, 'kept');
  cpSync(folder, kept, { recursive: true });
  const own = structuredClone(config);
  Object.assign(own.evaluation, { threshold_rule: 'sensitivity', target_sensitivity: 0.9 });
  try {
    await fuse({ config: own, modalities }, listening());
    expect(madeAgain(await verified()).filter(({ file }) => file.startsWith('fusion'))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    renameSync(kept, folder);
  }
});

test('an untouched run has no difference, lists what was compared, and is not written to', async () => {
  const before = contentHash(shared);
  const { differences, compared, unverified, remarks } = await verified();
  expect(differences).toEqual([]);
  expect(unverified).toEqual([]);
  expect(remarks).toEqual([expect.stringContaining('training and extraction are not done again')]);
  for (const file of [
    'splits/train_A.csv',
    'splits/cohort.csv',
    'fusion/model.json',
    'fusion/fused_test.npy',
    'fusion/predictions_test.csv',
    'evaluation/evaluation.json',
    'evaluation/metrics.csv',
  ]) {
    expect(compared).toContain(`${file}: made again, identical`);
  }
  expect(compared.join('\n')).toContain('made_up_A');
  expect(contentHash(shared)).toBe(before);
});

test('tables that call the patient `patient`, as older ones do, are the same tables', async () => {
  const path = join(run, 'fusion', 'predictions_test.csv');
  const found = await tampered(path, (text) => text.replace(/^patient_id,/, 'patient,'));
  expect(madeAgain(found).filter(({ file }) => file === 'fusion/predictions_test.csv')).toEqual([]);
});

test('a changed prediction is named with patient, column and both values', async () => {
  const path = join(run, 'fusion', 'predictions_test.csv');
  const [, row] = readFileSync(path, 'utf8').split('\n');
  const patient = row?.split(',')[0] ?? '';
  const saved = row?.split(',')[3] ?? '';
  const found = await tampered(path, (text) => setCell(text, 'probability_fused', more));
  expect(found.differences).toContainEqual({
    file: 'fusion/predictions_test.csv',
    row: `line 2 (patient_id ${patient})`,
    column: 'probability_fused',
    saved: more(saved),
    now: saved,
  });
  expect(madeAgain(found).filter(({ file }) => file.startsWith('fusion/'))).toHaveLength(1);
});

test('a changed coefficient is named by its path, and the file by its hash', async () => {
  const path = join(run, 'fusion', 'model.json');
  const model = JSON.parse(readFileSync(path, 'utf8'));
  const saved: number = model.classifiers[1].coef[0][2];
  model.classifiers[1].coef[0][2] = saved * 1.01;
  const { differences } = await tampered(path, () => `${JSON.stringify(model, null, 2)}\n`);
  expect(differences).toContainEqual({
    file: 'fusion/model.json',
    row: '',
    column: 'classifiers[A].coef[0][2]',
    saved: String(saved * 1.01),
    now: String(saved),
  });
  expect(differences.find(({ column }) => column === 'sha256 in run/fuse.json')?.file).toBe(
    'fusion/model.json',
  );
});

test('a changed setting of the fusion is named', async () => {
  const { differences } = await tampered(join(run, 'fusion', 'model.json'), (text) =>
    text.replace('"C": 1,', '"C": 2,'),
  );
  expect(differences).toContainEqual(
    expect.objectContaining({ column: 'options.C', saved: '2', now: '1 in run/fuse.json' }),
  );
});

test('a changed row of a split file is named with both labels', async () => {
  const path = splitPath(config.data.splits_dir, 'train', 'A');
  const { differences } = await tampered(path, (text) =>
    setCell(text, 'label', (label) => String(1 - Number(label)), 2),
  );
  const hits = differences.filter(({ file }) => file === 'splits/train_A.csv');
  expect(hits).toHaveLength(1);
  expect(hits[0]).toMatchObject({
    column: 'label',
    row: expect.stringMatching(/^line 3 \(image_path JM\/.*\.png\)$/),
  });
});

test('a row that was removed is named', async () => {
  const path = splitPath(config.data.splits_dir, 'val', 'P');
  const { differences } = await tampered(path, (text) => text.replace(/\n[^\n]+\n$/, '\n'));
  expect(differences).toContainEqual(
    expect.objectContaining({ file: 'splits/val_P.csv', saved: 'no such row', now: 'the row is there' }),
  );
});

test('a patient moved to another set is named, and what is refused now is said', async () => {
  const path = join(config.data.splits_dir, 'cohort.csv');
  const { differences } = await tampered(path, (text) => setCell(text, 'split', () => 'val'));
  expect(differences).toContainEqual(
    expect.objectContaining({ file: 'splits/cohort.csv', column: 'split', saved: 'val', now: 'train' }),
  );
  expect(differences).toContainEqual(
    expect.objectContaining({ file: 'splits/summary.json', column: 'split_hash' }),
  );
  const refused = differences.find(({ file }) => file === 'fusion');
  expect(refused?.now).toMatch(/^refused: this file was changed since preprocess wrote it/);
});

test('a changed seed is named, and so is every patient it moves', async () => {
  const path = join(config.data.splits_dir, 'summary.json');
  const { differences } = await tampered(path, (text) => text.replace('"seed": 42', '"seed": 43'));
  expect(differences).toContainEqual({
    file: 'splits/summary.json',
    row: '',
    column: 'seed',
    saved: '43',
    now: '42 in run/preprocess.json',
  });
  expect(differences.some(({ file, column }) => file === 'splits/cohort.csv' && column === 'split')).toBe(
    true,
  );
});

test('changed pixels are named by modality and split; an earlier version recorded none', async () => {
  const summary = join(config.data.splits_dir, 'summary.json');
  const withoutHashes = (text: string): string => {
    const { slices: _, ...rest } = JSON.parse(text);
    return JSON.stringify(rest);
  };
  const [slice] = readSplit(splitPath(config.data.splits_dir, 'val', 'P'));
  const path = slice?.path ?? '';
  const before = readFileSync(path);
  try {
    writeFileSync(path, encodePng({ width: SIDE, height: SIDE, pixels: slicePixels('another', 0) }));
    expect((await verified()).differences).toEqual([
      expect.objectContaining({ file: 'splits/summary.json', column: 'slices.P.val' }),
    ]);
    const old = await tampered(summary, withoutHashes);
    expect(madeAgain(old).filter(({ file }) => file.startsWith('splits/'))).toEqual([]);
    expect(old.unverified).toContainEqual(expect.stringMatching(/^pixels: .*earlier version/));
  } finally {
    writeFileSync(path, before);
  }
});

test('remarks worded by an older version are no difference, nor is what it did not write', async () => {
  const path = join(run, 'evaluation', 'evaluation.json');
  const older = (text: string): string => {
    const { findings: _, heterogeneity: __, ...rest } = JSON.parse(text);
    const rows = rest.rows.map((row: object) => ({ ...row, note: 'in other words' }));
    return JSON.stringify({ ...rest, format: 1, rows, notes: ['fewer notes'] });
  };
  const found = await tampered(path, older);
  expect(madeAgain(found).filter(({ file }) => file === 'evaluation/evaluation.json')).toEqual([]);
});

test('a fusion of a version that recorded no level of its intervals is fused again alike', async () => {
  const found = await tampered(join(run, 'fusion', 'model.json'), (text) => {
    const { hash: _, options, ...rest } = JSON.parse(text);
    const { confidence_level: __, ...older } = options;
    return JSON.stringify({ ...rest, options: older });
  });
  expect(madeAgain(found).filter(({ file }) => file.startsWith('fusion'))).toEqual([]);
});

test('bands of ROC curves that an earlier version drew otherwise are not compared, which is told', async () => {
  const path = join(run, 'evaluation', 'roc.csv');
  const otherBand = (text: string): string => setCell(text, 'upper', more, 2);
  const found = await tampered(path, otherBand);
  expect(madeAgain(found)).toContainEqual(expect.objectContaining({ column: 'upper' }));
  const bands = readFileSync(path);
  try {
    writeFileSync(path, otherBand(bands.toString('utf8')));
    const older = await tampered(join(run, 'evaluation', 'evaluation.json'), (text) => {
      const { roc_bands: _, ...rest } = JSON.parse(text);
      for (const { roc } of rest.curves) if (roc?.lower) roc.lower = roc.lower.map(() => 0.5);
      return JSON.stringify(rest);
    });
    expect(madeAgain(older)).toEqual([]);
    expect(older.unverified).toContainEqual(expect.stringContaining('bands of ROC curves'));
  } finally {
    writeFileSync(path, bands);
  }
});

test('a changed feature is named, and nothing is fused from it', async () => {
  const path = join(config.data.features_dir, 'test', 'A', 'grade0');
  const [name = ''] = readdirSync(path);
  const before = readFileSync(join(path, name));
  const bytes = Buffer.from(before);
  bytes.writeFloatLE(bytes.readFloatLE(bytes.length - 4) + 0.5, bytes.length - 4);
  try {
    writeFileSync(join(path, name), bytes);
    const { differences } = await verified();
    const patient = name.replace('.npy', '');
    expect(differences).toContainEqual(
      expect.objectContaining({
        file: expect.stringMatching(/features\/test\/A$/),
        column: 'sha256 in run/extract-A.json',
      }),
    );
    expect(differences).toContainEqual(
      expect.objectContaining({
        file: 'fusion',
        now: expect.stringContaining(`the features of patient ${patient} are not those that were extracted`),
      }),
    );
  } finally {
    writeFileSync(join(path, name), before);
  }
});

test('a changed checkpoint, and a changed number of the evaluation are named', async () => {
  const weights = join(run, 'checkpoints', 'made_up_A', 'best_model.pth');
  const first = await tampered(weights, (text) => `${text} `);
  expect(first.differences).toContainEqual(
    expect.objectContaining({ file: 'features/train/features_A.json', column: 'checkpoint_sha256' }),
  );
  const table = join(run, 'evaluation', 'metrics.csv');
  const second = await tampered(table, (text) => setCell(text, 'accuracy', more));
  expect(madeAgain(second)).toEqual([
    expect.objectContaining({
      file: 'evaluation/metrics.csv',
      row: expect.stringContaining('model fused, split train, hospital all'),
      column: 'accuracy',
    }),
  ]);
});

test('without raw images the split is divided again from cohort.csv, and that is said', async () => {
  const raw = join(shared, 'raw');
  renameSync(raw, `${raw}-away`);
  try {
    const { differences, unverified, compared } = await verified();
    expect(differences).toEqual([]);
    expect(unverified.join('\n')).toMatch(/^raw images: they are not there/);
    expect(compared.join('\n')).toContain('32 patients divided again with seed 42');
    expect(compared).toContain('splits/test_P.csv: with cohort.csv');
    const path = join(config.data.splits_dir, 'summary.json');
    const other = await tampered(path, (text) => text.replace('"seed": 42', '"seed": 43'));
    expect(other.differences).toContainEqual(
      expect.objectContaining({
        file: 'splits/cohort.csv',
        column: 'split',
        row: expect.stringContaining('patient JM'),
      }),
    );
    const moved = cohortConfig(shared);
    moved.data.root_dir = `${raw}-away`;
    const again = await verified(moved, ['data.root_dir']);
    expect(again.compared).toContain('splits/train_A.csv: made again, equal');
  } finally {
    renameSync(`${raw}-away`, raw);
  }
});

test('folders that were moved are found where the user names them, and a run moved as a whole by itself', async () => {
  const away = join(shared, 'away');
  const moved = cohortConfig(shared);
  const places = [
    ['data.splits_dir', config.data.splits_dir, join(away, 'splits')],
    ['data.features_dir', config.data.features_dir, join(away, 'features')],
    ['fusion.output_dir', join(run, 'fusion'), join(away, 'fusion')],
  ] as const;
  mkdirSync(away);
  for (const [, from, to] of places) renameSync(from, to);
  Object.assign(moved.data, { splits_dir: places[0][2], features_dir: places[1][2] });
  moved.fusion.output_dir = places[2][2];
  const keys = places.map(([key]) => key);
  try {
    const { differences, missing, unverified, compared } = await verified(moved, keys);
    expect({ differences, missing, unverified }).toEqual({ differences: [], missing: [], unverified: [] });
    expect(compared).toContain('fusion/model.json: made again, identical');
    // One that was not named is missing, where it is looked for.
    const some = await verified(moved, keys.slice(0, 2));
    expect(some.missing.join('\n')).toMatch(/fusion\/model\.json: it is no longer there/);
  } finally {
    for (const [, from, to] of places) renameSync(to, from);
    rmSync(away, { recursive: true });
  }
  const elsewhere = `${shared}-moved`;
  renameSync(shared, elsewhere);
  try {
    // Real runs record places relative to the output folder, and need no names; this one's record is absolute.
    const named = ['data.root_dir', 'data.splits_dir', 'data.features_dir'];
    const own = {
      run: join(elsewhere, relative(shared, run)),
      config: cohortConfig(elsewhere),
      given: named,
    };
    const { differences, missing } = await verify(own, listening());
    expect({ differences, missing }).toEqual({ differences: [], missing: [] });
  } finally {
    renameSync(elsewhere, shared);
  }
});

test('what is missing is listed, not passed over', async () => {
  const evaluation = join(run, 'evaluation');
  const table = join(config.data.features_dir, 'val', 'features_P.csv');
  renameSync(evaluation, `${evaluation}-away`);
  renameSync(table, `${table}-away`);
  try {
    const { differences, missing } = await verified();
    expect(differences).toEqual([]);
    expect(missing.join('\n')).toMatch(/fusion: the features of P are not there/);
    expect(missing).toContain('evaluation: it is no longer there (recorded in run/evaluate.json)');
  } finally {
    renameSync(`${evaluation}-away`, evaluation);
    renameSync(`${table}-away`, table);
  }
  await expect(
    verify({ run: join(shared, 'nowhere'), config, given: [] }, listening()),
  ).rejects.toMatchObject({
    code: 'E_FILE_MISSING',
  });
});
