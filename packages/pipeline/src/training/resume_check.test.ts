import { type Config, defaultConfig } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import type { StageContext } from '../engine/events.ts';
import { changedBatches, finishedBatches, resumedConfig } from './resume_check.ts';

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

test('a run goes on in smaller batches when as many slices make a step', () => {
  const { training } = resumed(inBatches(64, 1), inBatches(16, 4), BOTH);
  expect(training).toMatchObject({ batch_size: 16, grad_accumulation: 4 });
});

test.each([
  ['more slices in a step', inBatches(16, 8), BOTH],
  ['no accumulation', inBatches(16, 1), ['training.batch_size']],
])('%s is other mathematics', (_, asked, given) => {
  expect(() => resumed(inBatches(64, 1), asked, given)).toThrow(/batch_size: 64 in the run, 16/);
});

test('finished batches are counted anew, and a place within a batch is refused', () => {
  expect(finishedBatches(3, inBatches(64, 1), inBatches(16, 4))).toBe(12);
  expect(finishedBatches(12, inBatches(16, 4), inBatches(64, 1))).toBe(3);
  expect(() => finishedBatches(11, inBatches(16, 4), inBatches(64, 1))).toThrow(/within a batch of 64/);
});

test('other batches are told', () => {
  expect(changedBatches(inBatches(64, 1), inBatches(64, 1))).toBeNull();
  expect(changedBatches(inBatches(64, 1), inBatches(16, 4))).toMatch(/16 slices \(64 before\), 4 to a step/);
});
