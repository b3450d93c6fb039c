import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  featureSetPath,
  featureTablePath,
  logitsRecordPath,
  namingPlaces,
  readFeatureTable,
  readSplit,
  resolveFeaturePath,
  SPLITS,
  type Split,
  slicePredictionsPath,
  splitPath,
  writeSlicePredictions,
} from '@radweave/artifacts';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { hashPredictionsOf } from '@radweave/study/runs/run-predictions';
import { tempDir } from '@radweave/testkit';
import { expect, onTestFinished, test } from 'vitest';
import {
  audited,
  codes,
  copied,
  firstOf,
  moved,
  studyToAudit,
  unreadable,
} from './audit-results.test.data.ts';

const study = studyToAudit();

test('features and predictions that are not as they were written are told, each with its file', async () => {
  const config = copied(study);
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
  const run = new RunFolder(config.experiment.output_dir, study.runA.name);
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

test('a damaged file is a warning and hides no other finding', async () => {
  const config = moved(study, firstOf(study, 'train'), 'test');
  config.fusion.output_dir = tempDir();
  const file = join(config.fusion.output_dir, 'model.json');
  writeFileSync(
    file,
    readFileSync(join(study.base.experiment.output_dir, 'fusion', 'model.json')).subarray(0, 99),
  );
  const { record } = await audited(config);
  expect(codes(record)).toContain('LEAK_CHECKPOINT_TRAINED');
  expect(unreadable(record)).toEqual([expect.stringMatching(/^the file is not valid JSON.*model\.json\)$/)]);
  const fusion = record.checks.find(({ name }) => name === 'fusion');
  expect(fusion?.outcome).toBe('warning');
  expect(fusion?.detail.text).toContain('not valid JSON');
  expect(record.findings.find(({ code }) => code === 'WARN_UNREADABLE')?.where).toMatch(/model\.json$/);
  // Two checks look at the file; it is named once.
  const { said } = await audited({ ...study.base, fusion: config.fusion });
  expect(said.filter((line) => line.includes('cannot be read'))).toEqual([expect.stringContaining(file)]);
  const { error } = await audited({ ...study.base, fusion: config.fusion }, { strict: true });
  expect(error.split('WARN_UNREADABLE')).toHaveLength(2);
});

test('every kind of damaged file is told alike, by a warning', async () => {
  const config = copied(study);
  config.experiment.output_dir = join(tempDir(), 'outputs');
  cpSync(study.base.experiment.output_dir, config.experiment.output_dir, { recursive: true });
  const { features_dir: features } = config.data;
  const { best, record } = new RunFolder(config.experiment.output_dir, study.runA.name);
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
