import { type Config, defaultConfig } from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import { expect, test } from 'vitest';
import { changedBatches, finishedBatches, requireOwnConfig, resumedConfig } from './resume-check.ts';

const BOTH = ['training.batch_size', 'training.grad_accumulation'];

const CONTEXT: StageContext = { emit: () => undefined, shouldStop: () => false };

function resumed(saved: Config, asked: Config, given: readonly string[]): Config {
  return resumedConfig(saved, asked, { given, inFile: [] }, CONTEXT);
}

function inBatches(batchSize: number, accumulation: number): Config {
  const config = defaultConfig();
  Object.assign(config.training, { batch_size: batchSize, grad_accumulation: accumulation });
  return config;
}

const { training: inSixtyFours } = inBatches(64, 1);
const { training: inSixteens } = inBatches(16, 4);

test('a run continues in smaller batches when as many slices make a step', () => {
  const { training } = resumed(inBatches(64, 1), inBatches(16, 4), BOTH);
  expect(training).toMatchObject({ batch_size: 16, grad_accumulation: 4 });
});

test.each([
  ['more slices in a step', inBatches(16, 8), BOTH],
  ['no accumulation', inBatches(16, 1), ['training.batch_size']],
])('%s is other mathematics', (_, asked, given) => {
  expect(() => resumed(inBatches(64, 1), asked, given)).toThrow(/batch_size: 64 in the run, 16/);
});

test('the command that began a run in batches that fit continues with those', () => {
  const asked = inBatches(64, 1);
  asked.training.auto_batch_size = true;
  const given = ['training.batch_size', 'training.auto_batch_size'];
  const { training } = resumed(inBatches(16, 4), asked, given);
  expect(training).toMatchObject({ batch_size: 16, grad_accumulation: 4, auto_batch_size: true });
  expect(() => resumed(inBatches(16, 2), asked, given)).toThrow(/batch_size: 16 in the run, 64/);
  // Asked for later, it changes nothing by itself.
  expect(resumed(inBatches(64, 1), asked, ['training.auto_batch_size']).training.batch_size).toBe(64);
});

test('finished batches are counted again, at the end of an epoch too', () => {
  expect(finishedBatches(3, inSixtyFours, inSixteens, 250)).toBe(12);
  expect(finishedBatches(12, inSixteens, inSixtyFours, 250)).toBe(3);
  // All 100 slices: six batches of 16 and one of 4 are two of 64 and 36.
  expect(finishedBatches(7, inSixteens, inSixtyFours, 100)).toBe(2);
  expect(finishedBatches(2, inSixtyFours, inSixteens, 100)).toBe(7);
});

test('other batches are told', () => {
  expect(changedBatches(inSixtyFours, inSixtyFours)).toBeNull();
  expect(changedBatches(inSixtyFours, inSixteens)).toMatch(/16 slices \(64 before\), 4 per step/);
});

test('a configuration that was emptied or edited since the run began is named key by key', () => {
  const trained = defaultConfig();
  trained.model.name = 'mobilenetv3_small_100';
  trained.training.optimizer = 'sgd';
  expect(() => requireOwnConfig(structuredClone(trained), trained, 'config.yaml')).not.toThrow();
  expect(() => requireOwnConfig(defaultConfig(), trained, 'config.yaml')).toThrow(
    expect.objectContaining({
      code: 'E_RESUME_CONFIG',
      exitCode: 3,
      where: 'config.yaml',
      what: expect.stringMatching(
        /model\.name is .*, was "mobilenetv3_small_100"; training\.optimizer is "adamw", was "sgd"$/,
      ),
    }),
  );
});

test('places, length, equal steps, and keys that an older version did not know are no change', () => {
  const trained = inBatches(64, 1);
  const now = inBatches(16, 4);
  now.data.root_dir = '/elsewhere';
  now.training.epochs = 200;
  const { zero_init_last: _, ...model } = trained.model;
  const older = { ...trained, model } as Config;
  expect(() => requireOwnConfig(now, older, 'config.yaml')).not.toThrow();
  expect(() => requireOwnConfig(inBatches(16, 1), older, 'config.yaml')).toThrow(/batch_size is 16, was 64/);
});
