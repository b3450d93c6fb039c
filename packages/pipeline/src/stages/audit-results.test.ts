import { cpSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { auditText } from '@radweave/analysis/audit/text';
import {
  type Config,
  featureSetPath,
  hashFile,
  logitsRecordPath,
  readFeatureSet,
  readFusionModel,
  readSplit,
  SPLITS,
  type Split,
  splitPath,
  tuneFiles,
  tuneFolder,
  writeFeatureSet,
  writeFrozen,
  writeFusionModel,
  writeLogitsRecord,
  writeSplit,
} from '@radweave/artifacts';
import { writeRun } from '@radweave/network/testing/runs';
import { remark } from '@radweave/remarks';
import { freezeThreshold } from '@radweave/stats';
import { patientHash } from '@radweave/study/cohort/patient-hash';
import { studyKey } from '@radweave/study/cohort/study-key';
import { asRecord } from '@radweave/study/decisions/frozen-record';
import { listening } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import {
  audited,
  codes,
  copied,
  firstOf,
  MODALITIES,
  moved,
  studyToAudit,
} from './audit-results.test.data.ts';
import { fuse } from './fuse.ts';

const study = studyToAudit();

const hashOf = (split: Split): string =>
  patientHash(studyKey(study.base.data), {
    patient: firstOf(study, split),
    hospital: split === 'test' ? 'SY' : 'JM',
  });

test('an honest run passes but for its in-sample fusion, and the remedy is named', async () => {
  const { record, leaks } = await audited(study.base);
  expect(leaks).toBe(false);
  expect(record.findings).toMatchObject([{ code: 'WARN_FUSION_IN_SAMPLE', severity: 'warning', count: 2 }]);
  const cured =
    /^Cross-fit a whole job with radweave run --cross_fit K; .* --cross_fit K, then radweave fuse --stack$/;
  expect(record.findings[0]?.hint).toMatch(/cross-fit each modality M with radweave extract --modality M /);
  expect(record.findings[0]?.hint).toMatch(cured);
  const config = copied(study);
  // A search has folds of its own, whose networks it deletes.
  const found = tuneFiles(tuneFolder(config, 'A')).record;
  mkdirSync(dirname(found), { recursive: true });
  writeFileSync(found, '{}');
  await fuse({ config, modalities: ['A'] }, listening());
  const one = (await audited(config, { modalities: ['A'] })).record;
  expect(one.checks.find(({ name }) => name === 'fusion')?.detail.text).toMatch(
    /^the logistic regression on the features of A; a logistic regression was fitted on in-sample/,
  );
  expect(one.findings[0]?.hint).toMatch(/cross-fit with radweave extract --modality A /);
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
  const folds = [record, one].map(
    ({ checks }) => checks.find(({ name }) => name === 'fold models')?.detail.code,
  );
  expect(folds).toEqual(['audit-no-folds', 'audit-no-folds-but-searched']);
  expect(record.split_hash).toMatch(/^[0-9a-f]{64}$/);
});

test.each(['val', 'test'] as const)(
  'a training patient who is now in %s is a leak everywhere',
  async (to) => {
    const patient = firstOf(study, 'train');
    const { record, leaks } = await audited(moved(study, patient, to));
    expect(leaks).toBe(true);
    const leaked = ['LEAK_CHECKPOINT_TRAINED', 'LEAK_FEATURES_SPLIT', 'LEAK_FUSION_FITTED'];
    expect(codes(record)).toEqual([...(to === 'test' ? ['WARN_TEST_AT_HOME'] : []), ...leaked]);
    for (const { code, cases } of record.findings) {
      if (code.startsWith('LEAK')) expect(cases[0]?.patients).toEqual([patient]);
    }
  },
);

test('a cohort.csv that still has the old division hides nothing', async () => {
  const config = moved(study, firstOf(study, 'train'), 'test');
  cpSync(join(study.base.data.splits_dir, 'cohort.csv'), join(config.data.splits_dir, 'cohort.csv'));
  expect(codes((await audited(config)).record)).toEqual([
    'WARN_TEST_AT_HOME',
    'LEAK_SPLIT_MODALITIES',
    'LEAK_CHECKPOINT_TRAINED',
    'LEAK_FEATURES_SPLIT',
    'LEAK_FUSION_FITTED',
  ]);
});

test('a validation patient who is now in test is a leak: epoch and threshold were chosen on them', async () => {
  const { record } = await audited(moved(study, firstOf(study, 'val'), 'test'));
  expect(codes(record)).toEqual([
    'WARN_TEST_AT_HOME',
    'LEAK_CHECKPOINT_SELECTED',
    'LEAK_FEATURES_SPLIT',
    'LEAK_FUSION_THRESHOLD',
  ]);
});

test('a patient who was moved out of test into train is seen by the features alone', async () => {
  const { record } = await audited(moved(study, firstOf(study, 'test'), 'train'));
  expect(codes(record)).toContain('LEAK_FEATURES_SPLIT');
  expect(codes(record).filter((code) => code.startsWith('LEAK_CHECKPOINT'))).toEqual([]);
});

test('an older run on another split is a warning, and a leak when it is the one in use', async () => {
  const patient = firstOf(study, 'test');
  const older = moved(study, patient, 'train');
  older.experiment.output_dir = tempDir();
  const config = structuredClone(study.base);
  config.experiment.output_dir = older.experiment.output_dir;
  config.fusion.output_dir = join(study.base.experiment.output_dir, 'fusion');
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
  const patient = firstOf(study, 'test');
  const other = moved(study, patient, 'train');
  other.experiment.output_dir = tempDir();
  const { best } = await writeRun(other, 'elsewhere', 'A', 6);
  const config = copied(study);
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

test('a decision fitted on external rows, and one that was changed, are leaks', async () => {
  const config = copied(study);
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
  const config = copied(study);
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
  const config = copied(study);
  stack(config);
  expect((await audited(config)).record).toMatchObject({
    verdict: 'passed',
    findings: [{ code: 'INFO_FUSION_IN_SAMPLE', severity: 'info' }],
  });
});

test('fold models that saw their held-out fold, and logits by models that saw test, are leaks', async () => {
  const config = copied(study);
  config.experiment.output_dir = tempDir();
  const run = await writeRun(config, 'A_cv_fold1', 'A', 7);
  run.write({ ...run.read(), fold_of: 'A_cv' });
  const folder = join(run.logs, 'splits');
  const rows = readSplit(splitPath(study.base.data.splits_dir, 'train', 'A')).filter(
    ({ patient }) => patient === firstOf(study, 'train'),
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
        checkpoint: study.runA.best,
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
