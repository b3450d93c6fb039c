import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { auditText } from '@radweave/analysis/audit/text';
import {
  type AuditRecord,
  type Config,
  featureSetPath,
  featureTablePath,
  hashFile,
  logitsRecordPath,
  namingPlaces,
  readFeatureSet,
  readFeatureTable,
  readFusionModel,
  readSplit,
  resolveFeaturePath,
  SPLITS,
  type Split,
  slicePredictionsPath,
  splitPath,
  studyKeyPath,
  writeFeatureSet,
  writeFrozen,
  writeFusionModel,
  writeLogitsRecord,
  writeSlicePredictions,
  writeSplit,
} from '@radweave/artifacts';
import { writeRun } from '@radweave/network/testing/runs';
import { remark } from '@radweave/remarks';
import { freezeThreshold } from '@radweave/stats';
import { patientHash } from '@radweave/study/cohort/patient-hash';
import { studyKey } from '@radweave/study/cohort/study-key';
import { asRecord } from '@radweave/study/decisions/frozen-record';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { hashPredictionsOf } from '@radweave/study/runs/run-predictions';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { AuditOptions } from '../work/audit.ts';
import { soundAudit } from './audit.test.data.ts';
import { audit } from './audit.ts';
import { extract } from './extract.ts';
import { fuse } from './fuse.ts';
import { preprocess } from './preprocess.ts';
import { untranslated } from './untranslated.test.data.ts';

const MODALITIES = ['A', 'P'];
let shared = '';
let base: Config;
let runA: RunFolder;

beforeAll(async () => {
  shared = mkdtempSync(join(tmpdir(), 'radweave-test-'));
  base = cohortConfig(shared);
  base.training.precision = 'fp32';
  writeCohortFolders(join(shared, 'raw'), 6, 1);
  await preprocess({ config: base }, listening());
  runA = await writeRun(base, 'first_A', 'A', 1);
  await writeRun(base, 'first_P', 'P', 2);
  for (const modality of MODALITIES) {
    await extract({ config: base, modality, align: false, given: [] }, listening());
  }
  await fuse({ config: base, modalities: MODALITIES }, listening());
}, 60_000);

afterAll(() => rmSync(shared, { recursive: true, force: true }));

/** The audit of everything but pixels, written into a folder of its own. */
async function audited(
  config: Config,
  more: Partial<AuditOptions> = {},
): Promise<{ record: AuditRecord; leaks: boolean; said: string[]; error: string }> {
  const outputDir = tempDir();
  const context = listening();
  const options = { config, modalities: MODALITIES, strict: false, nearDuplicateDistance: 4, pixels: false };
  const failed = await audit({ ...options, outputDir, ...more }, context).then(
    () => null,
    (error: unknown) => error,
  );
  if (failed !== null) expect(failed).toMatchObject({ code: 'E_LEAK', exitCode: 3 });
  const record = soundAudit(join(outputDir, 'audit.json'));
  expect(untranslated(record.checks.map(({ detail }) => detail))).toEqual([]);
  return { record, leaks: failed !== null, said: context.said, error: String(failed) };
}

/** What is said of each file that cannot be read. */
const unreadable = ({ findings }: AuditRecord): string[] =>
  findings.flatMap(({ code, cases }) =>
    code === 'WARN_UNREADABLE' ? cases.map(({ detail }) => detail) : [],
  );

/** Codes of what is wrong beside the in-sample fusion, which every such cohort has. */
const codes = ({ findings }: AuditRecord): string[] =>
  findings.map(({ code }) => code).filter((code) => code !== 'WARN_FUSION_IN_SAMPLE');

const patientsOf = (split: Split): string[] => [
  ...new Set(readSplit(splitPath(base.data.splits_dir, split, 'A')).map(({ patient }) => patient)),
];

function firstOf(split: Split): string {
  const [patient] = patientsOf(split);
  if (patient === undefined) throw new Error(`nobody in ${split}`);
  return patient;
}

const hashOf = (split: Split): string =>
  patientHash(studyKey(base.data), { patient: firstOf(split), hospital: split === 'test' ? 'SY' : 'JM' });

/** The same cohort with one patient moved into another split since; there is no `cohort.csv`. */
function moved(patient: string, to: Split): Config {
  const config = structuredClone(base);
  config.data.splits_dir = tempDir();
  config.data.study_key = studyKeyPath(base.data);
  for (const modality of MODALITIES) {
    const rows = SPLITS.flatMap((split) =>
      readSplit(splitPath(base.data.splits_dir, split, modality)).map((row) => ({ ...row, split })),
    );
    for (const split of SPLITS) {
      const own = rows.filter((row) => (row.patient === patient ? to : row.split) === split);
      const slices = own.map(({ path, label }) => ({ image_path: path, label }));
      writeSplit(splitPath(config.data.splits_dir, split, modality), slices);
    }
  }
  return config;
}

/** The same results with an own copy of the features' records and the fusion. */
function copied(): Config {
  const config = structuredClone(base);
  const folder = tempDir();
  config.data.features_dir = join(folder, 'features');
  config.fusion.output_dir = join(folder, 'fusion');
  cpSync(base.data.features_dir, config.data.features_dir, { recursive: true });
  cpSync(join(base.experiment.output_dir, 'fusion'), config.fusion.output_dir, { recursive: true });
  return config;
}

test('an honest run passes but for its in-sample fusion, and the remedy is named', async () => {
  const { record, leaks } = await audited(base);
  expect(leaks).toBe(false);
  expect(record.findings).toMatchObject([{ code: 'WARN_FUSION_IN_SAMPLE', severity: 'warning', count: 2 }]);
  const cured = / --cross_fit K.*fuse --stack/;
  expect(record.findings[0]?.hint).toMatch(/^Cross-fit each modality M: radweave extract --modality M/);
  expect(record.findings[0]?.hint).toMatch(cured);
  const config = copied();
  await fuse({ config, modalities: ['A'] }, listening());
  const one = (await audited(config, { modalities: ['A'] })).record;
  expect(one.checks.find(({ name }) => name === 'fusion')?.detail.text).toMatch(
    /^the logistic regression on the features of A; a logistic regression was fitted on in-sample/,
  );
  expect(one.findings[0]?.hint).toMatch(/^Cross-fit: radweave extract --modality A/);
  expect(one.findings[0]?.hint).toMatch(cured);
  expect(auditText(one)).toContain('\nModality A; splits in ');
  expect(auditText(record)).toContain('\nModalities A, P; splits in ');
  const outcomes = Object.fromEntries(record.checks.map(({ name, outcome }) => [name, outcome]));
  expect(outcomes).toMatchObject({
    checkpoints: 'passed',
    features: 'passed',
    fusion: 'warning',
    // Those of the fusion alone: nobody has evaluated it.
    'frozen decisions': 'partly checked',
    'fold models': 'not checked',
  });
  expect(record.split_hash).toMatch(/^[0-9a-f]{64}$/);
});

test.each(['val', 'test'] as const)(
  'a training patient who is now in %s is a leak everywhere',
  async (to) => {
    const patient = firstOf('train');
    const { record, leaks } = await audited(moved(patient, to));
    expect(leaks).toBe(true);
    const leaked = ['LEAK_CHECKPOINT_TRAINED', 'LEAK_FEATURES_SPLIT', 'LEAK_FUSION_FITTED'];
    expect(codes(record)).toEqual([...(to === 'test' ? ['WARN_TEST_AT_HOME'] : []), ...leaked]);
    for (const { code, cases } of record.findings) {
      if (code.startsWith('LEAK')) expect(cases[0]?.patients).toEqual([patient]);
    }
  },
);

test('a cohort.csv that still has the old division hides nothing', async () => {
  const config = moved(firstOf('train'), 'test');
  cpSync(join(base.data.splits_dir, 'cohort.csv'), join(config.data.splits_dir, 'cohort.csv'));
  expect(codes((await audited(config)).record)).toEqual([
    'WARN_TEST_AT_HOME',
    'LEAK_SPLIT_MODALITIES',
    'LEAK_CHECKPOINT_TRAINED',
    'LEAK_FEATURES_SPLIT',
    'LEAK_FUSION_FITTED',
  ]);
});

test('a validation patient who is now in test is a leak: epoch and threshold were chosen on them', async () => {
  const { record } = await audited(moved(firstOf('val'), 'test'));
  expect(codes(record)).toEqual([
    'WARN_TEST_AT_HOME',
    'LEAK_CHECKPOINT_SELECTED',
    'LEAK_FEATURES_SPLIT',
    'LEAK_FUSION_THRESHOLD',
  ]);
});

test('a patient who was moved out of test into train is seen by the features alone', async () => {
  const { record } = await audited(moved(firstOf('test'), 'train'));
  expect(codes(record)).toContain('LEAK_FEATURES_SPLIT');
  expect(codes(record).filter((code) => code.startsWith('LEAK_CHECKPOINT'))).toEqual([]);
});

test('an older run on another split is a warning, and a leak when it is the one in use', async () => {
  const patient = firstOf('test');
  const older = moved(patient, 'train');
  older.experiment.output_dir = tempDir();
  const config = structuredClone(base);
  config.experiment.output_dir = older.experiment.output_dir;
  config.fusion.output_dir = join(base.experiment.output_dir, 'fusion');
  const old = await writeRun(older, 'old_A', 'A', 3);
  utimesSync(old.best, new Date(0), new Date(0));
  await writeRun(config, 'new_A', 'A', 4);
  const { record, leaks } = await audited(config);
  expect([codes(record), leaks]).toEqual([['WARN_CHECKPOINT_OLD'], false]);
  const used = await audited(config, { runs: { A: 'old_A' } });
  expect([codes(used.record), used.leaks]).toEqual([['LEAK_CHECKPOINT_TRAINED'], true]);
  expect(used.record.findings[0]?.cases).toMatchObject([{ patients: [patient] }]);

  // A network is also trained on whom the weights it was started from were trained on.
  config.model.weights = old.best;
  await writeRun(config, 'tuned_A', 'A', 5);
  const tuned = await audited(config);
  expect(codes(tuned.record)).toEqual(['LEAK_CHECKPOINT_TRAINED', 'WARN_CHECKPOINT_OLD']);
  expect(tuned.record.findings[0]?.cases[0]?.detail).toContain('tuned_A');
});

test('features by a checkpoint that saw test patients are a leak', async () => {
  const patient = firstOf('test');
  const other = moved(patient, 'train');
  other.experiment.output_dir = tempDir();
  const { best } = await writeRun(other, 'elsewhere', 'A', 6);
  const config = copied();
  for (const split of SPLITS) {
    const path = featureSetPath(config.data.features_dir, split, 'A');
    writeFeatureSet(path, { ...readFeatureSet(path), checkpoint: best, checkpoint_sha256: hashFile(best) });
  }
  const { record } = await audited(config);
  expect(codes(record)).toEqual(['LEAK_FEATURES_TRAINED', 'WARN_FUSION_PATIENTS']);
  expect(record.findings[0]?.cases).toMatchObject([{ patients: [patient] }]);

  rmSync(best);
  const gone = await audited(config);
  expect(codes(gone.record)).toEqual(['WARN_FUSION_PATIENTS']);
  expect(gone.record.not_checked.map(({ reason }) => reason.text).join()).toContain('is gone or was changed');

  const path = featureSetPath(config.data.features_dir, 'test', 'A');
  writeFeatureSet(path, { ...readFeatureSet(path), in_sample: true });
  expect(codes((await audited(config)).record)).toEqual(['LEAK_FEATURES_TRAINED', 'WARN_FUSION_PATIENTS']);
});

test('features and predictions that are not as they were written are told, each with its file', async () => {
  const config = copied();
  const table = (split: Split): string => featureTablePath(config.data.features_dir, split, 'A');
  const ofP = featureTablePath(config.data.features_dir, 'train', 'P');
  const [first, second] = readFeatureTable(ofP).map(({ feature_path }) =>
    resolveFeaturePath(ofP, feature_path),
  );
  writeFileSync(first ?? '', readFileSync(first ?? '').subarray(0, -4));
  writeFileSync(second ?? '', '');
  const lines = readFileSync(table('test'), 'utf8').trimEnd().split('\n');
  writeFileSync(table('test'), lines.slice(0, -1).join('\n'));
  rmSync(table('train'));
  const predictions = join(config.fusion.output_dir ?? '', 'predictions_val.csv');
  writeFileSync(predictions, readFileSync(predictions, 'utf8').replace(/0\.\d+/, '0.5'));
  const run = new RunFolder(config.experiment.output_dir, runA.name);
  const ofSlices = slicePredictionsPath(run.logs, 'test');
  const untouched = run.read();
  // Copies share the output folder.
  onTestFinished(() => {
    run.write(untouched);
    rmSync(run.logs, { recursive: true });
  });
  mkdirSync(run.logs, { recursive: true });
  const slice = { image_path: 'a.png', patient: 'a', hospital: 'JM', label: 0, probabilities: [0.4, 0.6] };
  for (const split of SPLITS) writeSlicePredictions(slicePredictionsPath(run.logs, split), [slice], 2);
  run.write({ ...untouched, predictions_sha256: hashPredictionsOf(run) });
  writeSlicePredictions(ofSlices, [{ ...slice, probabilities: [0.6, 0.4] }], 2);
  const { record, leaks } = await audited(config);
  expect(leaks).toBe(false);
  const told = unreadable(record).join('\n');
  for (const path of [table('train'), table('test'), first ?? '', predictions, ofSlices])
    expect(told).toContain(namingPlaces(path, config));
  expect(told).toContain('the features of modality P must be extracted again for 2 patients in');
  expect((await audited(config, { strict: true })).leaks).toBe(true);
});

test('a decision fitted on external rows, and one that was changed, are leaks', async () => {
  const config = copied();
  const file = join(config.fusion.output_dir ?? '', 'model.json');
  const model = readFusionModel(file);
  const [fused] = model.classifiers;
  const { value } = freezeThreshold(
    [0, 1, 0, 1].map((label, i) => ({
      patient: `SY${i}`,
      hospital: 'SY',
      split: 'val',
      role: 'home',
      label,
      probability: 0.2 + 0.5 * label,
    })),
  );
  if (fused === undefined || value === null) throw new Error('nothing to plant');
  const honest = fused.threshold;
  fused.threshold = asRecord(value);
  writeFusionModel(file, model);
  const external = await audited(config);
  expect(codes(external.record)).toEqual(['LEAK_FROZEN_EXTERNAL']);
  expect(external.record.findings.at(-1)?.cases[0]?.detail).toContain('fitted on val of SY; home is JM');

  fused.threshold = honest;
  const scaler = fused.scaler?.value as { mean: number[] };
  scaler.mean[0] = 1e6;
  writeFusionModel(file, model);
  const changed = await audited(config);
  expect(codes(changed.record)).toEqual(['LEAK_FROZEN_CHANGED']);
  expect(changed.record.findings.at(-1)?.cases[0]?.detail).toMatch(/^scaler of fused .* was changed/);
});

test('the decisions of an evaluation are looked at, too', async () => {
  const config = copied();
  config.experiment.output_dir = tempDir();
  const folder = join(config.experiment.output_dir, 'evaluation', 'frozen');
  mkdirSync(folder, { recursive: true });
  const { threshold } =
    readFusionModel(join(config.fusion.output_dir ?? '', 'model.json')).classifiers[0] ?? {};
  if (threshold == null) throw new Error('no threshold');
  writeFrozen(join(folder, 'fused.threshold.json'), threshold);
  const { record } = await audited(config);
  expect(codes(record)).toEqual([]);
  // The report lists the one of the evaluation: the others are told apart from it.
  expect(record.checks.find(({ name }) => name === 'frozen decisions')?.detail.text).toContain(
    '7 frozen decisions (1 of the evaluation; 3 scalers and 3 thresholds of fusion/model.json)',
  );
  writeFrozen(join(folder, 'fused.threshold.json'), {
    ...threshold,
    fitted_on: { ...threshold.fitted_on, splits: ['test', 'val'] },
  });
  expect(codes((await audited(config)).record)).toEqual(['LEAK_FROZEN_EXTERNAL', 'LEAK_FROZEN_CHANGED']);
});

/** Puts a stacked model beside the others. */
function stack(config: Config): void {
  const file = join(config.fusion.output_dir ?? '', 'model.json');
  const model = readFusionModel(file);
  const [classifier] = model.classifiers;
  if (classifier === undefined) throw new Error('no classifier');
  const inputs = MODALITIES.map((modality) => ({ modality, folds: 2, record_sha256: 'a'.repeat(64) }));
  const coef = [[1, 1]];
  writeFusionModel(file, { ...model, stacked: { classifier: { ...classifier, coef }, inputs } });
}

test('in-sample features are only to be known where a stacked model stands beside', async () => {
  const config = copied();
  stack(config);
  expect((await audited(config)).record).toMatchObject({
    verdict: 'passed',
    findings: [{ code: 'INFO_FUSION_IN_SAMPLE', severity: 'info' }],
  });
});

test('fold models that saw their held-out fold, and logits by models that saw test, are leaks', async () => {
  const config = copied();
  config.experiment.output_dir = tempDir();
  const run = await writeRun(config, 'A_cv_fold1', 'A', 7);
  run.write({ ...run.read(), fold_of: 'A_cv' });
  const folder = join(run.logs, 'splits');
  const rows = readSplit(splitPath(base.data.splits_dir, 'train', 'A')).filter(
    ({ patient }) => patient === firstOf('train'),
  );
  writeSplit(
    splitPath(folder, 'test', 'A'),
    rows.map(({ path, label }) => ({ image_path: path, label })),
  );
  const { record } = await audited(config);
  expect(codes(record)).toEqual(['LEAK_FOLD']);
  expect(record.not_checked).toContainEqual({
    check: 'checkpoints',
    reason: remark('audit-no-run', { modality: 'A' }),
  });

  rmSync(run.checkpoints, { recursive: true });
  writeLogitsRecord(logitsRecordPath(config.data.features_dir, 'A'), {
    format: 1,
    modality: 'A',
    model: 'resnet18',
    folds: 2,
    classes: 2,
    identity: '0'.repeat(64),
    models: [
      {
        fold: 1,
        run: 'A_crossfit2_fold1',
        checkpoint: runA.best,
        checkpoint_sha256: '0'.repeat(64),
        trained_on: [hashOf('test')],
        validated_on: [],
        held_out: [hashOf('train')],
      },
    ],
    tables: { train: '0'.repeat(64), val: '0'.repeat(64), test: '0'.repeat(64) },
    versions: {},
  });
  // Logits of an earlier split mislead nobody before a model is stacked.
  const { record: without } = await audited(config);
  expect(codes(without)).toEqual(['WARN_LOGITS_OLD']);
  expect(without.checks.find(({ name }) => name === 'fold models')?.detail.text).toMatch(
    /^1 record of logits alone: no model of a fold is there any more;/,
  );
  stack(config);
  expect(codes((await audited(config)).record)).toContain('LEAK_LOGITS');
});

test('a damaged file is a warning and hides no other finding', async () => {
  const config = moved(firstOf('train'), 'test');
  config.fusion.output_dir = tempDir();
  const file = join(config.fusion.output_dir, 'model.json');
  writeFileSync(file, readFileSync(join(base.experiment.output_dir, 'fusion', 'model.json')).subarray(0, 99));
  const { record } = await audited(config);
  expect(codes(record)).toContain('LEAK_CHECKPOINT_TRAINED');
  expect(unreadable(record)).toEqual([expect.stringMatching(/^the file is not valid JSON.*model\.json\)$/)]);
  const fusion = record.checks.find(({ name }) => name === 'fusion');
  expect(fusion?.outcome).toBe('warning');
  expect(fusion?.detail.text).toContain('not valid JSON');
  expect(record.findings.find(({ code }) => code === 'WARN_UNREADABLE')?.where).toMatch(/model\.json$/);
  // Two checks look at the file; it is named once.
  const { said } = await audited({ ...base, fusion: config.fusion });
  expect(said.filter((line) => line.includes('cannot be read'))).toEqual([expect.stringContaining(file)]);
  const { error } = await audited({ ...base, fusion: config.fusion }, { strict: true });
  expect(error.split('WARN_UNREADABLE')).toHaveLength(2);
});

test('every kind of damaged file is told alike, by a warning', async () => {
  const config = copied();
  config.experiment.output_dir = join(tempDir(), 'outputs');
  cpSync(base.experiment.output_dir, config.experiment.output_dir, { recursive: true });
  const { features_dir: features } = config.data;
  const { best, record } = new RunFolder(config.experiment.output_dir, runA.name);
  const fusion = config.fusion.output_dir ?? '';
  const table = featureTablePath(features, 'val', 'A');
  const array = resolveFeaturePath(table, readFeatureTable(table)[0]?.feature_path ?? '');
  const files = [
    best,
    record,
    table,
    featureSetPath(features, 'val', 'A'),
    logitsRecordPath(features, 'A'),
    array,
    join(fusion, 'model.json'),
    join(fusion, 'predictions_val.csv'),
    join(config.experiment.output_dir, 'evaluation', 'frozen', 'fused.threshold.json'),
  ];
  for (const file of files) {
    const whole = existsSync(file) ? readFileSync(file) : null;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'damaged');
    const told = await audited(config);
    expect([file, new Set(codes(told.record)), told.leaks]).toEqual([
      file,
      new Set(['WARN_UNREADABLE']),
      false,
    ]);
    expect(unreadable(told.record).join()).toContain(namingPlaces(file, config));
    if (whole === null) rmSync(file);
    else writeFileSync(file, whole);
  }
  const [image = ''] = readSplit(splitPath(config.data.splits_dir, 'val', 'A')).map(({ path }) => path);
  const whole = readFileSync(image);
  for (const damaged of [
    '',
    'damaged',
    whole.subarray(0, 200),
    Buffer.concat([whole.subarray(0, 60), Buffer.of(0), whole.subarray(60)]),
  ]) {
    writeFileSync(image, damaged);
    const { record: seen } = await audited(config, { pixels: true });
    expect([new Set(codes(seen)), unreadable(seen).join()]).toEqual([
      new Set(['WARN_UNREADABLE']),
      expect.stringContaining(namingPlaces(image, config)),
    ]);
  }
  writeFileSync(image, whole);
});
