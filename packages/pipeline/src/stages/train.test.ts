import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  DataError,
  hashFile,
  readConfig,
  readEvaluation,
  readHistory,
  readMetrics,
  readSlicePredictions,
  readSplit,
  SPLITS,
  slicePredictionsPath,
  splitPath,
  toldSlice,
} from '@radweave/artifacts';
import { readCheckpointFacts } from '@radweave/network/open/checkpoint';
import type { StageContext } from '@radweave/study/context/events';
import { findRuns, RunFolder } from '@radweave/study/runs/run-folder';
import { listening, makeSplitOwn, stoppingAfter } from '@radweave/study/testing/cohort';
import { pythonJson, referenceTest } from '@radweave/testkit';
import { loadCheckpoint } from '@radweave/torch';
import { expect, test, vi } from 'vitest';
import { evaluate } from '../work/evaluate.ts';
import { preprocess } from './preprocess.ts';
import { prepared, resuming } from './train.test.data.ts';
import { train } from './train.ts';

vi.mock('../work/evaluate.ts', async (original) => {
  const real = await original<typeof import('../work/evaluate.ts')>();
  return { ...real, evaluate: vi.fn(real.evaluate) };
});

referenceTest('a run leaves every promised file, and Python opens the checkpoint', ['torch'], async () => {
  const { config, options } = await prepared();
  config.model.name = 'resnet18';
  const result = await train(options('first'), listening());
  const { output_dir } = config.experiment;
  const logs = join(output_dir, 'logs', 'first');
  expect(readHistory(join(logs, 'training_history.csv'))).toHaveLength(3);
  expect(readMetrics(join(logs, 'test_metrics.csv')).map(({ hospital, level }) => [hospital, level])).toEqual(
    [
      ['all', 'slice'],
      ['all', 'patient'],
      ['SY', 'slice'],
      ['SY', 'patient'],
      ['ZS', 'slice'],
      ['ZS', 'patient'],
    ],
  );
  expect(readMetrics(join(logs, 'val_metrics.csv')).length).toBeGreaterThan(0);
  for (const split of SPLITS) {
    const slices = readSlicePredictions(slicePredictionsPath(logs, split));
    const table = readSplit(splitPath(config.data.splits_dir, split, 'A'));
    expect(slices.map(({ image_path, label }) => [image_path, label])).toEqual(
      table.map(({ path, hospital, label }) => [toldSlice(path, hospital), label]),
    );
  }
  const evaluation = readEvaluation(result.evaluation ?? '');
  expect(evaluation.models.map(({ name }) => name)).toEqual(['network A']);
  const pooled = readMetrics(join(logs, 'test_metrics.csv')).find(
    ({ hospital, level }) => hospital === 'all' && level === 'patient',
  );
  const evaluated = evaluation.rows.find(({ split, hospital }) => split === 'test' && hospital === 'all');
  expect(evaluated?.n).toBe(pooled?.n_patients);
  expect(evaluated?.auc.value).toBeCloseTo(pooled?.auc ?? Number.NaN, 12);
  expect(readdirSync(logs).some((name) => name.startsWith('events.out.tfevents.'))).toBe(true);
  expect(readFileSync(join(logs, 'train.log'), 'utf8')).toMatch(
    /precision fp32: as requested\n.*epoch 3 done/s,
  );
  const facts = await readCheckpointFacts(join(output_dir, 'checkpoints', 'first', 'best_model.pth'));
  expect(facts?.about).toMatchObject({ precision: 'fp32', precision_reason: { code: 'precision-asked' } });
  const places = ['first', '.', 'A'].map((folder) =>
    join(output_dir, 'checkpoints', folder, 'best_model.pth'),
  );
  const [best = Buffer.alloc(0), ...published] = places.map((path) => readFileSync(path));
  for (const copy of published) expect(copy.equals(best)).toBe(true);
  // One file with three names takes the disk of one.
  expect(new Set(places.map((path) => statSync(path).ino)).size).toBe(1);
  const saved = await loadCheckpoint(join(output_dir, 'checkpoints', 'first', 'best_model.pth'));
  if (!(saved instanceof Map)) throw new Error('the best checkpoint is no dictionary');
  expect(saved.get('model_state_dict').has('fc.weight')).toBe(true);
  // The optimizer is three times as large as the weights: it is kept once, in the last checkpoint.
  expect(saved.has('optimizer_state_dict') || saved.has('rng_state')).toBe(false);
  const settings = readConfig(join(output_dir, '..', 'best_hparams', 'resnet18_A.yaml'));
  expect(settings.record).toMatchObject({ val_auc: result.bestScore, epoch: result.bestEpoch });
  // As a --config it begins another run.
  expect(settings.experiment.name).toBe('');

  const path = join(output_dir, 'checkpoints', 'first', 'last_checkpoint.pth');
  const seen = pythonJson<Record<string, unknown>>(
    `
import json, sys, torch
c = torch.load(sys.argv[1])
print(json.dumps(dict(epoch=c['epoch'], modality=c['modality'], conv=list(c['model_state_dict']['conv1.weight'].shape),
  groups=len(c['optimizer_state_dict']['param_groups']), batch=c['config']['training']['batch_size'], best=c['best']['epoch'] >= 1)))`,
    { args: [path] },
  );
  expect(seen).toEqual({ epoch: 3, modality: 'A', conv: [64, 1, 7, 7], groups: 1, batch: 6, best: true });

  await expect(train(options('first'), listening())).rejects.toThrow(/exists already.*--resume/);
  const other = options('first', { ...resuming, given: ['training.batch_size', 'training.optimizer'] });
  other.config.training.batch_size = 8;
  other.config.training.optimizer = 'sgd';
  const error = await train(other, listening()).catch((reason: Error) => reason);
  expect(String(error)).toMatch(/batch_size: 6 in the run, 8 asked for/);
  expect(String(error)).toMatch(/optimizer: "adamw" in the run, "sgd" asked for/);
  expect((await train(options('first', resuming), listening())).ending).toBe('already finished');
});

test('a split made again with another seed is refused on resume; so is a stage that cannot be frozen', async () => {
  const { config, options } = await prepared();
  await expect(train(options('leak'), stoppingAfter(3))).rejects.toMatchObject({ exitCode: 4 });
  const again = structuredClone(config);
  again.experiment.seed = 1;
  await preprocess({ config: again }, listening());
  await expect(train(options('leak', resuming), listening())).rejects.toThrow(
    /were used to train this checkpoint/,
  );
});

test('a run does not go on with other images of the same patients', async () => {
  const { config, options } = await prepared();
  await expect(train(options('other'), stoppingAfter(3))).rejects.toMatchObject({ exitCode: 4 });
  const [first, second] = readSplit(splitPath(config.data.splits_dir, 'train', 'A'));
  copyFileSync(second?.path ?? '', first?.path ?? '');
  await preprocess({ config }, listening());
  await expect(train(options('other', resuming), listening())).rejects.toMatchObject({
    code: 'E_RESUME_SPLIT',
    message: expect.stringContaining('the images have changed since this run was started'),
  });
});

test('a run does not go on with fewer slices of the same patients, and in a split of one’s own no image is said to be another', async () => {
  const { config, options } = await prepared();
  makeSplitOwn(config);
  await expect(train(options('fewer'), stoppingAfter(3))).rejects.toMatchObject({ exitCode: 4 });
  const path = splitPath(config.data.splits_dir, 'train', 'A');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/.+\n$/, ''));
  await expect(train(options('fewer', resuming), listening())).rejects.toMatchObject({
    code: 'E_RESUME_SPLIT',
    message: expect.stringContaining('the split files have changed since this run was started'),
  });
});

test('early stopping ends a run that does not improve; it is the newest, though the clock has gone back since another', async () => {
  const { config, options } = await prepared();
  const { output_dir } = config.experiment;
  const [other, time] = [new RunFolder(output_dir, 'other'), '2999-01-01T00:00:00.000Z'];
  const [modality, model, split_hash] = ['A', 'resnet18', ''];
  const record = { format: 1, name: 'other', modality, model, best: null, epochs: 1, split_hash } as const;
  other.write({ ...record, status: 'finished', time });
  writeFileSync(other.best, '');
  const stuck = options('stuck');
  Object.assign(stuck.config.training, { learning_rate: 1e-12, epochs: 50, early_stop_patience: 1 });
  Object.assign(stuck.config.augmentation, { enabled: false });
  const result = await train(stuck, listening());
  expect(result.ending).toBe('early stop');
  expect(result.epochs).toBeLessThan(50);
  expect(findRuns(output_dir, 'best', {}).map(({ name }) => name)).toEqual(['stuck', 'other']);
});

test('a checkpoint that cannot be written ends training, with nothing of its epoch recorded', async () => {
  const { config, options } = await prepared();
  const { output_dir } = config.experiment;
  const folder = join(output_dir, 'checkpoints', 'full');
  // While the first epoch trains, a folder comes to stand where the best checkpoint must go.
  const emit: StageContext['emit'] = ({ kind }) => {
    if (kind === 'step') mkdirSync(join(folder, 'best_model.pth', 'below'), { recursive: true });
  };
  await expect(train(options('full'), { emit, shouldStop: () => false })).rejects.toMatchObject({
    exitCode: 5,
    where: join(folder, 'best_model.pth'),
  });
  expect(existsSync(join(output_dir, 'logs', 'full', 'training_history.csv'))).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(['best_model.pth', 'last_checkpoint.pth', 'run.json']);
  const last = await loadCheckpoint(join(folder, 'last_checkpoint.pth'));
  expect(last instanceof Map && last.get('epoch')).toBe(0);
});

test('the results of a run that is trained on stay whole until all of the new ones are there', async () => {
  const { config, options } = await prepared();
  Object.assign(config.training, { epochs: 1, scheduler: 'step', early_stop_enabled: false });
  const { evaluation } = await train(options('run'), listening());
  const logs = join(config.experiment.output_dir, 'logs', 'run');
  const files = [evaluation ?? '', ...SPLITS.map((split) => slicePredictionsPath(logs, split))];
  const contents = (): string[] => files.map((path) => readFileSync(path, 'utf8'));
  const before = contents();
  const taken = join(logs, 'val_metrics.csv');
  renameSync(taken, `${taken}.aside`);
  mkdirSync(join(taken, 'below'), { recursive: true });
  config.training.epochs = 3;
  const more = options('run', { ...resuming, given: ['training.epochs'] });
  await expect(train(more, listening())).rejects.toMatchObject({ exitCode: 5, where: taken });
  expect(contents()).toEqual(before);
  rmSync(taken, { recursive: true });
  renameSync(`${taken}.aside`, taken);
  // An evaluation that cannot be made leaves that of the weights before, and says so.
  vi.mocked(evaluate).mockRejectedValueOnce(new DataError('E_CLASSES', 'it belongs to another split'));
  const context = listening();
  expect(await train(more, context)).toMatchObject({ epochs: 3, evaluation: null });
  expect(context.said.join('\n')).toMatch(/was not evaluated.*evaluation were made with its earlier weights/);
  expect(contents()[0]).toBe(before[0]);
  expect(await train(more, listening())).toMatchObject({ ending: 'already finished', evaluation });
  const inputs = readEvaluation(evaluation ?? '').inputs.map(({ sha256 }) => sha256);
  expect(inputs).toEqual(expect.arrayContaining(files.slice(1).map(hashFile)));
  const after = contents();
  expect(after[0]).not.toBe(before[0]);
  // What was cut or edited since is made again.
  for (const path of files.slice(2)) writeFileSync(path, readFileSync(path, 'utf8').replace(/\n.*\n$/, '\n'));
  expect(await train(more, listening())).toMatchObject({ ending: 'finished', epochs: 3 });
  expect(contents().slice(1)).toEqual(after.slice(1));
});
