import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type Config,
  defaultConfig,
  type Evaluation,
  evaluationFiles,
  evaluationFolder,
  InterruptedError,
  logitsRecordPath,
  outputFolders,
  writeEvaluation,
  writeLogitsRecord,
} from '@radweave/artifacts';
import { generatePhantomCohort } from '@radweave/phantom';
import { runPipeline } from '@radweave/pipeline';
import { remark } from '@radweave/remarks';
import { tempDir } from '@radweave/testkit';
import { afterEach, expect, test, vi } from 'vitest';
import { COHORT, sparingDisk } from '../library/demo.ts';
import { main } from '../main.ts';
import { presenter as trained } from '../present/train.ts';
import { NEEDS } from './demo.ts';
import { setUpOnce } from './setup.ts';

vi.mock('./setup.ts', async (original) => ({
  ...(await original<typeof import('./setup.ts')>()),
  setUpOnce: vi.fn(async () => undefined),
}));
vi.mock('@radweave/phantom', () => ({ generatePhantomCohort: vi.fn(() => ({ patients: [], slices: 0 })) }));
vi.mock('@radweave/pipeline', async (original) => ({
  ...(await original<typeof import('@radweave/pipeline')>()),
  runPipeline: vi.fn(),
}));

afterEach(() => vi.restoreAllMocks());

const README = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');

test('the README says of the time and the disk of the demo what the demo says', () => {
  const [, minutes, seconds, disk] =
    /The demo took (\d+) min (\d+) s on two cores[^.]*?, (\d\.\d GB) of disk at most/.exec(README) ?? [];
  const [least, most] = NEEDS.minutes.split(' to ').map(Number);
  const rounded = Math.round(Number(minutes) + Number(seconds) / 60);
  expect(rounded).toBeGreaterThanOrEqual(least ?? Number.NaN);
  expect(rounded).toBeLessThanOrEqual(most ?? Number.NaN);
  expect(disk).toBe(NEEDS.most);
  expect(Number.parseFloat(NEEDS.stays)).toBeLessThan(0.3);
});

test('the results of the demo in the README are of its cohort, and the fused model leads', () => {
  const rows = [...README.matchAll(/^(fused|A|P) +(\d+) +\S+ \(\S+\) +(\d+) +(\d\.\d+) \(/gm)];
  expect(rows.map(([, model]) => model)).toEqual(['fused', 'A', 'P']);
  const validated = Math.round(COHORT.homePatients * (1 - defaultConfig().data.train_ratio));
  for (const [, , validation, test] of rows) {
    expect([Number(validation), Number(test)]).toEqual([validated, 2 * COHORT.patientsPerHospital]);
  }
  const [fused = Number.NaN, ...alone] = rows.map((row) => Number(row[4]));
  expect(fused).toBeGreaterThanOrEqual(Math.max(0.85, ...alone));
});

test('the demo removes the networks of folds after their logits, and no others', async () => {
  const folder = tempDir();
  const config = defaultConfig();
  config.experiment.output_dir = join(folder, 'outputs');
  config.data.features_dir = join(folder, 'features');
  const { checkpoints } = outputFolders(config.experiment.output_dir);
  const made = ['run/best_model.pth', 'fold1/best_model.pth', 'fold2/best_model.pth'];
  for (const path of made.map((name) => join(checkpoints, name))) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'weights');
  }
  const left = (): string[] => made.filter((name) => existsSync(join(checkpoints, name)));
  const done = async (): Promise<never> => ({}) as never;
  const runner = sparingDisk(config, { run: done, say: () => undefined, warn: () => undefined });
  const run = (stage: 'train' | 'cross_fit') => runner.run(stage, {} as never, () => undefined);
  await run('cross_fit');
  expect(left()).toEqual(made);
  const hash = 'a'.repeat(64);
  writeLogitsRecord(logitsRecordPath(config.data.features_dir, 'A'), {
    format: 1,
    modality: 'A',
    model: 'resnet18',
    folds: 2,
    classes: 2,
    identity: hash,
    models: [1, 2].map((fold) => ({
      fold,
      run: `fold${fold}`,
      checkpoint: join(checkpoints, `fold${fold}`, 'best_model.pth'),
      checkpoint_sha256: hash,
      ...{ trained_on: [], validated_on: [], held_out: ['c'.repeat(32)] },
    })),
    tables: { train: hash, val: hash, test: hash },
    versions: {},
  });
  await run('cross_fit');
  expect(left()).toEqual(['run/best_model.pth']);
});

const OPTIONS = {
  ...{ aggregation: 'mean', decisions: 'fitted', threshold_rule: 'youden', target_sensitivity: null },
  ...{ calibration: 'none', bootstrap_replicates: 100, seed: 1, confidence_level: 0.95 },
  proportion_method: 'wilson',
} as const satisfies Evaluation['options'];

const threshold = {
  ...{ kind: 'threshold', value: { threshold: 0.4 }, hash: 'b'.repeat(64) },
  fitted_on: { splits: ['val'], hospitals: ['JM'], n: 3, patients_sha256: 'a'.repeat(64) },
};

const MODEL: Evaluation['models'][number] = {
  ...{ name: 'fused', kind: 'fused', modalities: ['A', 'P'] },
  frozen: { aggregation: null, threshold, calibrator: null },
  patients: { train: [], val: [], test: [] },
};

/** What a whole job leaves of which no image was computed. */
async function finished(config: Config): Promise<[]> {
  const { record } = evaluationFiles(evaluationFolder(config));
  mkdirSync(dirname(record), { recursive: true });
  writeEvaluation(record, {
    ...{
      format: 3,
      label_names: ['grade0', 'grade1'],
      home_hospital: 'JM',
      primary: 'fused',
      options: OPTIONS,
    },
    ...{ inputs: [], models: [MODEL], findings: [remark('found-no-external')], rows: [], heterogeneity: [] },
    ...{ comparisons: [], aggregation: [], curves: [], confusion: [], notes: [], versions: {} },
  });
  return [];
}

/** Runs a command line whose job is {@link finished} at once; all that is said before the work begins, and all at the end. */
async function said(...args: string[]): Promise<{ before: string; after: string }> {
  const told = { before: '', after: '' };
  let printed = '';
  const write = (text: string | Uint8Array): boolean => {
    printed += text;
    return true;
  };
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation(write);
  const begin = (): void => {
    told.before ||= printed;
  };
  vi.mocked(generatePhantomCohort).mockImplementation(() => {
    begin();
    return { patients: [], slices: 0 };
  });
  vi.mocked(runPipeline).mockImplementation(async (config) => {
    begin();
    printed = '';
    return finished(config);
  });
  const code = await main(args);
  expect(code, printed).toBe(0);
  vi.restoreAllMocks();
  return { ...told, after: printed };
}

test('the demo tells its time and disk before it begins, and ends with what was found, the report and the next command', async () => {
  const folder = join(tempDir(), 'demo');
  const { before, after } = await said('demo', '--output_dir', folder);
  expect(vi.mocked(setUpOnce)).toHaveBeenCalled();
  // With the optimizer a last checkpoint is four times as large as the best one.
  expect(vi.mocked(runPipeline).mock.lastCall?.[0].experiment.save_last).toBe(false);
  const { minutes, most, stays } = NEEDS;
  for (const text of [`${minutes} minutes`, `${most} of disk`, `${stays} stay`, folder]) {
    expect(before).toContain(text);
  }
  const report = join(folder, 'feature_extract', 'report', 'report.html');
  expect(after).toMatch(/^AUC per patient .*\n[\s\S]*What was found:\n- there is no external hospital/);
  expect(after.slice(after.indexOf('Report: '))).toContain(`Report: ${report}\n`);
  expect(after.trimEnd().split('\n').slice(-2)).toEqual([
    '  npx radweave init --root_dir YOUR_FOLDER',
    '  npx radweave run',
  ]);
});

test('a whole job ends with its AUCs, what was found and the report', async () => {
  const folder = tempDir();
  const { after } = await said('run', '--root_dir', folder, '--set', `experiment.output_dir=${folder}/o`);
  expect(after).toMatch(
    /^AUC per patient [\s\S]*What was found:[\s\S]*\nReport: \S*o\/report\/report\.html\n$/,
  );
});

test('a training ends with the AUCs of its network, also on external patients', async () => {
  const config = defaultConfig();
  config.experiment.output_dir = tempDir();
  await finished(config);
  const { record } = evaluationFiles(evaluationFolder(config));
  const run = { run: 'r', modality: 'A', model: 'resnet18', epochs: 1, bestEpoch: 1, bestScore: 0.5 };
  const files = { bestModel: 'best.pth', valMetrics: 'logs/val.csv', testMetrics: 'logs/test.csv' };
  const result = { ...run, ...files, slicePredictions: { train: '', val: '', test: '' } };
  const ending = (evaluation: string | null): string =>
    trained.text?.({ ...result, ending: 'finished', evaluation }, {}) ?? '';
  expect(ending(record)).toMatch(/\nAUC per patient .*internal validation in .*\n[\s\S]*What was found:/);
  expect(ending(null)).not.toContain('AUC per patient');
});

test("the demo keeps a folder's own raw, data and configuration, and begins again where a demo was", async () => {
  const folder = tempDir();
  const own = join(folder, 'raw', 'JM', 'slice.png');
  mkdirSync(dirname(own), { recursive: true });
  writeFileSync(own, 'of a patient');
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const demo = () => main(['demo', '--quiet', '--output_dir', folder]);
  expect(await demo()).toBe(2);
  expect(said.mock.calls.join()).toContain('the demo would replace what it has not made: raw');
  writeFileSync(join(folder, 'config.yaml'), 'data:\n  root_dir: raw\n');
  expect(await demo()).toBe(2);
  expect(readFileSync(own, 'utf8')).toBe('of a patient');
  const { data } = defaultConfig();
  expect(existsSync(join(folder, data.splits_dir))).toBe(false);
  for (const name of ['raw', 'config.yaml']) rmSync(join(folder, name), { recursive: true });
  await demo();
  const marked = join(folder, 'raw', 'mark');
  mkdirSync(dirname(marked), { recursive: true });
  writeFileSync(marked, '');
  await demo();
  expect(existsSync(marked)).toBe(false);
});

test('a demo that is stopped does not say what it keeps: it begins anew', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const stopped = new InterruptedError("training of 'A_fold2' was stopped", 'Finished folds are kept');
  vi.mocked(runPipeline).mockRejectedValueOnce(stopped);
  expect(await main(['demo', '--quiet', '--output_dir', tempDir()])).toBe(4);
  const text = said.mock.calls.join('');
  expect(text).toMatch(/Error: the demo was stopped\. It begins anew each time\.?\nTo start again: /);
  expect(text).not.toContain('kept');
});
