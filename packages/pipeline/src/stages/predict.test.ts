import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Config, readCohort, readPredictions, studyKeyPath } from '@radweave/artifacts';
import { writeRun } from '@radweave/network/testing/runs';
import { silentContext } from '@radweave/study/context/events';
import {
  cohortConfig,
  listening,
  SIDE,
  writeCohortFolders,
  writeSlice,
} from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpCohort, writeMadeUpFeatures } from '@radweave/study/testing/features';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { FuseResult } from '../work/fuse.ts';
import type { PredictOptions } from '../work/predict.ts';
import { extract } from './extract.ts';
import { fuse } from './fuse.ts';
import { predict } from './predict.ts';
import { preprocess } from './preprocess.ts';

const modalities = ['A', 'P'];

/** Lines of a CSV without quotes, split at the commas. */
function lines(path: string): string[][] {
  const text = readFileSync(path, 'utf8').trimEnd();
  return text.split('\n').map((line) => line.split(','));
}

async function fusedFeatures(): Promise<{ config: Config; fused: FuseResult; options: PredictOptions }> {
  const config = cohortConfig(tempDir());
  const cohort = madeUpCohort({ train: 40, val: 16, test: 20 });
  writeMadeUpCohort(config, cohort);
  for (const modality of modalities) writeMadeUpFeatures(config, modality, cohort, 6);
  const fused = await fuse({ config, modalities }, listening());
  const input = join(config.data.features_dir, 'test');
  const output = join(tempDir(), 'predictions.csv');
  return { config, fused, options: { config, model: fused.modelFile, input, output } };
}

test('features of the test set give the very predictions that fuse wrote', async () => {
  const { fused, options } = await fusedFeatures();
  const result = await predict(options, listening());
  expect(result).toMatchObject({ patients: 20, missing: [], thresholds: { fused: fused.threshold } });
  expect(Number(result.limits.fused)).toBeCloseTo(fused.threshold ?? Number.NaN, 4);
  const written = readPredictions(join(fused.outputDir, 'predictions_test.csv'));
  const [header, ...rows] = lines(options.output);
  expect(header).toEqual([
    'patient_id',
    'probability_fused',
    'probability_A',
    'probability_P',
    'predicted',
    'note',
  ]);
  expect(rows).toEqual(
    written.map((row) => [
      row.patient,
      ...['fused', 'A', 'P'].map((name) => String(row[`probability_${name}`])),
      String(row.predicted),
      '',
    ]),
  );
});

test('patients without a modality are named, not predicted', async () => {
  const { config, options } = await fusedFeatures();
  const table = join(config.data.features_dir, 'test', 'features_P.csv');
  const text = readFileSync(table, 'utf8').split('\n');
  writeFileSync(table, [...text.slice(0, 1), ...text.slice(2)].join('\n'));
  const context = listening();
  const result = await predict(options, context);
  expect(result.missing).toEqual([{ patient: '0057', modalities: ['P'] }]);
  expect(result.patients).toBe(19);
  expect(context.said.join('\n')).toContain('0057 (no P)');
});

test('where no patient can be predicted, that is an error that names them, and no file of a header alone', async () => {
  const { config, options } = await fusedFeatures();
  const table = join(config.data.features_dir, 'test', 'features_P.csv');
  writeFileSync(table, `${readFileSync(table, 'utf8').split('\n', 1)[0]}\n`);
  await expect(predict(options, listening())).rejects.toMatchObject({
    code: 'E_NO_PATIENTS',
    exitCode: 3,
    message: expect.stringMatching(/none of 20 has every modality: 0057 \(no P\)/),
  });
  expect(existsSync(options.output)).toBe(false);
  const known = join(dirname(options.model), 'predictions_test.csv');
  for (const taken of [options.model, table, known]) {
    await expect(predict({ ...options, output: taken }, listening())).rejects.toMatchObject({
      code: 'E_OTHER_FILE',
      exitCode: 2,
      where: taken,
    });
  }
  if (process.platform === 'win32') return;
  // Told before any feature is looked at: these have nobody.
  const toDevice = predict({ ...options, output: '/dev/null' }, listening());
  await expect(toDevice).rejects.toMatchObject({ code: 'E_NOT_A_FILE', exitCode: 2 });
  const toFolder = predict({ ...options, output: tempDir() }, listening());
  await expect(toFolder).rejects.toMatchObject({ code: 'E_NOT_WRITABLE', exitCode: 5 });
});

test('features of another checkpoint, and an edited threshold, are refused', async () => {
  const { config, fused, options } = await fusedFeatures();
  const model = readFileSync(fused.modelFile, 'utf8');
  writeFileSync(fused.modelFile, model.replace(/"threshold": 0\.\d+/, '"threshold": 0.1'));
  await expect(predict(options, listening())).rejects.toMatchObject({ code: 'E_FROZEN', exitCode: 3 });
  writeFileSync(fused.modelFile, model);
  const set = join(config.data.features_dir, 'test', 'features_A.json');
  writeFileSync(set, readFileSync(set, 'utf8').replace('a'.repeat(64), 'd'.repeat(64)));
  await expect(predict(options, listening())).rejects.toMatchObject({ code: 'E_OTHER_CHECKPOINT' });
});

const BY_HAND = `
import json, sys, numpy as np
model = json.load(open(sys.argv[1]))
fused = np.load(sys.argv[2]).astype(np.float64)
c = model['classifiers'][0]
z = (fused - np.array(c['scaler']['value']['mean'])) / np.array(c['scaler']['value']['scale'])
print(json.dumps((1 / (1 + np.exp(-(z @ np.array(c['coef'][0]) + c['intercept'][0])))).tolist()))
`;

referenceTest('model.json holds all that numpy needs to predict again', ['numpy'], async () => {
  const { fused, options } = await fusedFeatures();
  await predict(options, listening());
  const theirs = pythonJson<number[]>(BY_HAND, {
    args: [fused.modelFile, join(fused.outputDir, 'fused_test.npy')],
  });
  const [, ...rows] = lines(options.output);
  for (const [i, row] of rows.entries()) expect(Number(row[1])).toBeCloseTo(theirs[i] ?? Number.NaN, 10);
});

/** Both modalities trained (random weights), extracted and fused on a cohort of images. */
async function fusedImages(): Promise<{ config: Config; fused: FuseResult; raw: string }> {
  const folder = tempDir();
  const config = cohortConfig(folder);
  const raw = join(folder, 'raw');
  writeCohortFolders(raw);
  await preprocess({ config }, listening());
  config.training.precision = 'fp32';
  for (const [i, modality] of modalities.entries()) {
    await writeRun(config, `run_${modality}`, modality, i + 1, 'mobilenetv3_small_100');
    await extract({ config, modality, align: false, given: [] }, listening());
  }
  return { config, fused: await fuse({ config, modalities }, listening()), raw };
}

/** A white corner on black: two gray values. */
const box = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE < 9 ? 255 : 0));

test('new patients of whom there are masks alone are named', async () => {
  const { config, fused, raw } = await fusedImages();
  const input = tempDir();
  for (const patient of ['SY000', 'SY001']) {
    cpSync(join(raw, 'SY', 'grade0', patient), join(input, patient), { recursive: true });
    rmSync(join(input, patient, 'A'), { recursive: true });
    writeSlice(input, `${patient}/A/1.png`, box);
  }
  const output = join(tempDir(), 'predictions.csv');
  await expect(
    predict({ config, model: fused.modelFile, input, output }, silentContext()),
  ).rejects.toMatchObject({
    code: 'E_IMAGES',
    message: expect.stringContaining('all images of SY000, SY001 have two gray values only'),
    where: join(input, 'SY000', 'A'),
  });
});

test('images of new patients give what their extracted features give', async () => {
  const { config, fused, raw } = await fusedImages();
  const input = tempDir();
  for (const grade of ['grade0', 'grade1']) cpSync(join(raw, 'SY', grade), input, { recursive: true });
  const [trained] = readCohort(join(config.data.splits_dir, 'cohort.csv')).patients.filter(
    ({ split }) => split === 'train',
  );
  const from = `JM/fold${1 + (Number(trained?.patient.at(-1)) % 5)}/grade${trained?.label}/${trained?.patient}`;
  cpSync(join(raw, from), join(input, trained?.patient ?? ''), { recursive: true });
  rmSync(join(input, 'SY000', 'P'), { recursive: true });
  writeFileSync(join(input, 'SY001', 'A', '.DS_Store'), 'x');
  writeFileSync(join(input, 'SY001', 'A', 'x_mask.png'), 'x');
  writeSlice(input, 'SY001/A/zz9.png', box);
  writeSlice(input, `${trained?.patient}/P/zz9.png`, new Uint8Array(SIDE * SIDE).fill(40));
  const output = join(tempDir(), 'predictions.csv');
  const context = listening();
  const options: PredictOptions = { config, model: fused.modelFile, input, output };
  const result = await predict(options, context);
  expect(context.said.join('\n')).toMatch(
    /warning: Images named like masks.* left out \(1\), such as .*x_mask\.png/,
  );
  expect(context.said.join('\n')).toMatch(
    /warning: Images of two gray values only.* left out \(1\), such as .*zz9\.png/,
  );
  expect(context.said.join('\n')).toMatch(
    /warning: Images of one gray value only: 1 of \d+ images, such as .*P\/zz9\.png; they show nothing/,
  );
  // Both networks are alike, and on one device.
  expect(new Set(context.said).size).toBe(context.said.length);
  expect(context.said.join('\n')).toContain(
    'in fp32 (the same as for the features that the model was fitted on)',
  );
  expect(result.missing).toEqual([{ patient: 'SY000', modalities: ['P'] }]);
  const [, ...rows] = lines(output);
  expect(rows.map(([patient]) => patient)).toEqual([trained?.patient, 'SY001', 'SY010', 'SY011']);
  const written = readPredictions(join(fused.outputDir, 'predictions_test.csv'));
  for (const [patient, probability, , , predicted, note] of rows.slice(1)) {
    const row = written.find((one) => one.patient === patient);
    expect(Number(probability)).toBeCloseTo(Number(row?.probability_fused), 4);
    expect(Number(predicted)).toBe(row?.predicted);
    expect(note).toBe('');
  }
  // Where the images lie does not tell the hospital, so it is asked for.
  const notes = async (more: Partial<PredictOptions>): Promise<[note: string | undefined, said: string]> => {
    const again = listening();
    await predict({ ...options, ...more }, again);
    return [lines(output)[1]?.at(-1), again.said.filter((text) => text.startsWith('warning: ')).at(-1) ?? ''];
  };
  expect(rows[0]?.at(-1)).toBe('perhaps in-sample: a network was trained on a patient of this ID');
  expect(context.said.join('\n')).toContain(
    '1 of these patients has the ID of a training patient. Name their',
  );
  const [note, said] = await notes({ hospital: 'JM' });
  expect(note).toBe('in-sample: a network was trained on this patient');
  expect(said).toContain('1 of these patients was used to train');
  expect((await notes({ hospital: 'SY' }))[0]).toBe('');
  expect((await notes({ input: join(raw, 'SY', 'grade0') }))[0]).toBe('');
  const elsewhere = structuredClone(config);
  elsewhere.data.splits_dir = join(tempDir(), 'splits');
  const [unknown, why] = await notes({ config: elsewhere, hospital: 'SY' });
  expect(unknown).toBe('not known whether a network was trained on this patient');
  expect(why).toMatch(
    /on 4 of these patients is not known: the training patients are named under another key[^;]*study_key=FILE\.$/,
  );
  elsewhere.data.study_key = studyKeyPath(config.data);
  expect((await notes({ config: elsewhere, hospital: 'JM' }))[0]).toBe(note);
  expect((await notes({ config: elsewhere }))[1]).toContain(
    'is not known: name their hospital with --hospital',
  );
});

test('a checkpoint that was moved can be named; another one, or a damaged one, is refused', async () => {
  const { config, fused, raw } = await fusedImages();
  const input = join(raw, 'SY', 'grade0');
  const output = join(tempDir(), 'predictions.csv');
  const checkpoints = join(config.experiment.output_dir, 'checkpoints');
  const moved = join(checkpoints, 'moved.pth');
  renameSync(join(checkpoints, 'run_A', 'best_model.pth'), moved);
  const options: PredictOptions = { config, model: fused.modelFile, input, output };
  await expect(predict(options, listening())).rejects.toThrow(/the checkpoint of A is not there/);
  const wrong = { A: join(checkpoints, 'run_P', 'best_model.pth') };
  await expect(predict({ ...options, checkpoints: wrong }, listening())).rejects.toMatchObject({
    code: 'E_OTHER_CHECKPOINT',
  });
  expect(await predict({ ...options, checkpoints: { A: moved } }, listening())).toMatchObject({
    patients: 2,
  });
  rmSync(output);
  const whole = readFileSync(moved);
  const lost = join(checkpoints, 'run_A', 'best_model.pth');
  for (const content of ['', '<!DOCTYPE html>', whole.subarray(0, whole.length / 2)]) {
    writeFileSync(lost, content);
    await expect(predict(options, listening())).rejects.toMatchObject({
      code: 'E_OTHER_CHECKPOINT',
      exitCode: 3,
      where: expect.stringMatching(/run_A.best_model\.pth$/),
    });
  }
  expect(existsSync(output)).toBe(false);
});

test('a folder that is not there or holds no images is an error', async () => {
  const { options } = await fusedFeatures();
  await expect(predict({ ...options, input: 'nowhere' }, listening())).rejects.toMatchObject({ exitCode: 2 });
  await expect(predict({ ...options, input: tempDir() }, listening())).rejects.toMatchObject({
    code: 'E_NO_IMAGES',
  });
});
