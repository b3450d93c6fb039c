import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type Config,
  evaluationFiles,
  evaluationFolder,
  featurePath,
  featureSetPath,
  featureTablePath,
  fusionFiles,
  fusionFolder,
  predictionsPath,
  readFeatureSet,
  readFeatureTable,
  readFusionModel,
  readPredictions,
  SPLITS,
  writeFeatureTable,
  writeNpy,
} from '@radweave/artifacts';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpFeatures, writeOwnSplits } from '@radweave/study/testing/features';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { ReportOptions } from '../work/report.ts';
import { align } from './align.ts';
import { evaluate, usualEvaluation } from './evaluate.ts';
import { extract } from './extract.ts';
import { fuse } from './fuse.ts';
import { predict } from './predict.ts';
import { report } from './report.ts';

const modalities = ['A', 'P'];

/** Features as the Python tool leaves them: arrays and tables. */
function pythonFeatures(): Config {
  const config = cohortConfig(tempDir());
  const cohort = madeUpCohort({ train: 20, val: 10, test: 12 });
  writeOwnSplits(config, modalities, cohort);
  for (const modality of modalities) {
    writeMadeUpFeatures(config, modality, cohort, 4);
    for (const split of SPLITS) rmSync(featureSetPath(config.data.features_dir, split, modality));
  }
  return config;
}

test("the Python tool's features are fused, and marked as of an unknown network", async () => {
  const config = pythonFeatures();
  const { features_dir } = config.data;
  const context = listening();
  const { modelFile, patients, outputDir } = await fuse({ config, modalities }, context);
  expect(patients).toEqual({ train: 20, val: 10, test: 12 });
  expect(context.said.filter((text) => text.startsWith('warning: The features of'))).toHaveLength(2);
  const set = readFeatureSet(featureSetPath(features_dir, 'val', 'P'));
  expect(set).toMatchObject({
    model: 'unknown',
    checkpoint: 'unknown',
    in_sample: null,
    dims: 4,
    precision: null,
  });
  const model = readFusionModel(modelFile);
  expect(model.modalities[0]).toMatchObject({ checkpoint: 'unknown', image_size: null, in_sample: null });
  const rows = readPredictions(join(outputDir, 'predictions_test.csv'));
  expect(new Set(rows.map(({ in_sample }) => in_sample))).toEqual(new Set(['unknown']));

  // New patients come as features of the same program, with a record or without.
  const output = join(outputDir, 'new.csv');
  const input = join(features_dir, 'test');
  const options = { config, model: modelFile, input, output };
  expect((await predict(options, listening())).patients).toBe(12);
  for (const modality of modalities) rmSync(featureSetPath(features_dir, 'test', modality));
  expect((await predict(options, listening())).patients).toBe(12);
  const images = tempDir();
  for (const modality of modalities) {
    mkdirSync(join(images, 'x', modality), { recursive: true });
    writeFileSync(join(images, 'x', modality, '1.png'), '');
  }
  await expect(predict({ ...options, input: images }, listening())).rejects.toThrow(
    /not known which network gave the features of A.*folder of its features/,
  );
  // A part of the records, as a process that was killed leaves them, is made whole.
  expect((await fuse({ config, modalities }, listening())).patients.test).toBe(12);
});

test('arrays that are not what their table says are refused', async () => {
  const config = pythonFeatures();
  const [row] = readFeatureTable(featureTablePath(config.data.features_dir, 'val', 'A'));
  const { label = 0, patient_id = '', num_slices = 1 } = row ?? {};
  const path = featurePath(config.data.features_dir, 'val', 'A', label, patient_id);
  writeNpy(path, { shape: [num_slices, 5], data: new Float32Array(num_slices * 5) });
  await expect(fuse({ config, modalities }, listening())).rejects.toThrow(/E_FEATURE_SHAPE|have the shape/);
  rmSync(path);
  await expect(fuse({ config, modalities }, listening())).rejects.toMatchObject({ exitCode: 3 });
  expect(existsSync(featureSetPath(config.data.features_dir, 'train', 'A'))).toBe(false);
});

test('unfinished features of our own are not taken for those of another program', async () => {
  const config = cohortConfig(tempDir());
  const cohort = madeUpCohort({ train: 8, val: 4, test: 4 });
  writeOwnSplits(config, ['A'], cohort);
  writeMadeUpFeatures(config, 'A', cohort, 4);
  rmSync(featureSetPath(config.data.features_dir, 'test', 'A'));
  const attempt = fuse({ config, modalities: ['A'] }, listening());
  await expect(attempt).rejects.toThrow(/test features of A are unfinished/);
});

test('aligned tables go where they are asked for, and those of another program are kept', async () => {
  const config = pythonFeatures();
  const { features_dir } = config.data;
  const theirs = join(features_dir, 'train', 'aligned');
  mkdirSync(theirs, { recursive: true });
  writeFileSync(join(theirs, 'theirs.npy'), '');
  const outputDir = tempDir();
  const elsewhere = await align({ config, modalities, outputDir }, listening());
  expect(elsewhere.folders.train).toBe(join(outputDir, 'train', 'aligned'));
  expect(readdirSync(theirs)).toEqual(['theirs.npy']);
  await align({ config, modalities }, listening());
  expect(readdirSync(`${theirs}.other`)).toEqual(['theirs.npy']);
  expect(readdirSync(theirs)).toContain('patients.csv');
});

test('an alignment without a patient is not a result', async () => {
  const config = pythonFeatures();
  for (const split of SPLITS) {
    const path = featureTablePath(config.data.features_dir, split, 'P');
    const rows = readFeatureTable(path).map((row) => ({ ...row, patient_id: `${row.patient_id}x` }));
    writeFeatureTable(path, rows);
    for (const modality of modalities) rmSync(join(config.data.splits_dir, `${split}_${modality}.csv`));
  }
  await expect(align({ config, modalities }, listening())).rejects.toThrow(
    /no patient has features of A and P/,
  );
});

test('features that another program has made are kept: extract refuses before it opens a network', async () => {
  const config = pythonFeatures();
  const extracted = extract({ config, modality: 'A', align: false }, listening());
  await expect(extracted).rejects.toMatchObject({ code: 'E_OTHER_FILE', exitCode: 2 });
  // They stay another program's when fuse has used them.
  await fuse({ config, modalities }, listening());
  const again = extract({ config, modality: 'A', align: false }, listening());
  await expect(again).rejects.toMatchObject({ code: 'E_OTHER_FILE', where: config.data.features_dir });
  // Damaged records do not keep anybody from making features again.
  writeFileSync(featureSetPath(config.data.features_dir, 'train', 'A'), '{');
  const damaged = extract({ config, modality: 'A', align: false }, listening());
  await expect(damaged).rejects.toMatchObject({ code: 'E_NO_CHECKPOINT' });
});

test('files of others with the names of a fusion are kept, and damaged ones of our own made again', async () => {
  const config = pythonFeatures();
  const { model, metrics } = fusionFiles(fusionFolder(config));
  const folder = dirname(model);
  mkdirSync(folder, { recursive: true });
  for (const [path, text] of [
    [model, '{"class_name": "Sequential"}'],
    [metrics, 'epoch,loss\n1,0.5\n'],
    [join(folder, 'predictions_val.csv'), 'patient,score\n1,0.5\n'],
    [join(folder, 'fused_test.csv'), 'patient,score\n1,0.5\n'],
  ] as const) {
    writeFileSync(path, text);
    const fused = fuse({ config, modalities }, listening());
    await expect(fused).rejects.toMatchObject({ code: 'E_OTHER_FILE', exitCode: 2, where: path });
    expect(readFileSync(path, 'utf8')).toBe(text);
    rmSync(path);
  }
  await fuse({ config, modalities }, listening());
  writeFileSync(model, '{"format": 1');
  writeFileSync(metrics, '');
  await fuse({ config, modalities }, listening());
  expect(readFusionModel(model).format).toBe(1);
});

async function evaluated(): Promise<Config> {
  const config = pythonFeatures();
  config.evaluation.bootstrap_replicates = 100;
  await fuse({ config, modalities }, listening());
  await evaluate(usualEvaluation(config), listening());
  return config;
}

test('files of others with the names of an evaluation are kept, and its own made again', async () => {
  const config = await evaluated();
  const folder = evaluationFolder(config);
  const { record, ...tables } = evaluationFiles(folder);
  const predictions = SPLITS.map((split) => predictionsPath(folder, split));
  const written = [...Object.values(tables), ...predictions].filter((path) => path.endsWith('.csv'));
  expect(written).toHaveLength(10);
  for (const path of [record, ...written]) {
    const [own, text] = [readFileSync(path), path === record ? '{"accuracy": 0.9}' : 'score,who\n0.9,me\n'];
    writeFileSync(path, text);
    const again = evaluate(usualEvaluation(config), listening());
    await expect(again).rejects.toMatchObject({ code: 'E_OTHER_FILE', exitCode: 2, where: path });
    expect(readFileSync(path, 'utf8')).toBe(text);
    writeFileSync(path, own);
  }
  await evaluate(usualEvaluation(config), listening());
});

const usual = (config: Config): ReportOptions => ({ config, language: 'en', pdf: false, output: null });

test('where no network was trained the report says what explanations need, and no command that cannot run', async () => {
  const config = await evaluated();
  const { missing } = await report(usual(config), listening());
  expect(missing.find(({ section }) => section === 'explanations')).toEqual({
    section: 'explanations',
    command: null,
    reason: 'explanations need a trained network, and there is none of A and P',
  });
  const { html } = await report({ ...usual(config), language: 'zh' }, listening());
  expect(readFileSync(html, 'utf8')).toContain('热图需要训练好的网络，而 A、P 没有这样的网络');
});

test('a page or PDF that is no report of ours is kept, and one of ours is written again', async () => {
  const config = await evaluated();
  const output = join(tempDir(), 'page.html');
  const pdf = output.replace('.html', '.pdf');
  const refused = { code: 'E_OTHER_FILE', exitCode: 2 };
  writeFileSync(output, '<html lang="en"><section id="summary"></section></html>');
  await expect(report({ ...usual(config), output }, listening())).rejects.toMatchObject({
    ...refused,
    where: output,
  });
  rmSync(output);
  writeFileSync(pdf, '%PDF-');
  await expect(report({ ...usual(config), output, pdf: true }, listening())).rejects.toMatchObject({
    ...refused,
    where: pdf,
  });
  for (const language of ['en', 'zh'] as const)
    await report({ ...usual(config), output, language }, listening());
  expect(readFileSync(output, 'utf8')).toContain('lang="zh');
  expect(readFileSync(pdf, 'utf8')).toBe('%PDF-');
});
