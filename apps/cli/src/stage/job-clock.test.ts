import { defaultConfig } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import { JobClock } from './job-clock.ts';

/** A job of two modalities whose epochs take 10 s each. */
function clock(crossFit: number | null): JobClock {
  const config = defaultConfig();
  config.training.epochs = 4;
  return new JobClock(config, crossFit);
}

test('the time left is that of all trainings at the pace so far, and of the other steps', () => {
  const job = clock(null);
  job.begin('preprocess', undefined);
  job.begin('train', 'A');
  expect(job.step(0.25, 0)).toEqual({ done: 1 / 8, secondsLeft: null });
  // Six epochs, one pass for the other steps, and 30 s.
  expect(job.step(0.5, 10_000)).toEqual({ done: 2 / 8, secondsLeft: 10 * (6 + 1) + 30 });
  job.step(1, 30_000);
  // What lies between two trainings is not a pace of training.
  job.begin('extract', 'A');
  job.begin('train', 'P');
  expect(job.step(0.25, 500_000)).toEqual({ done: 5 / 8, secondsLeft: 10 * (3 + 1) + 30 });
});

test('a training that is skipped counts as done', () => {
  const job = clock(null);
  job.begin('train', 'P');
  job.step(0.25, 0);
  expect(job.step(0.5, 10_000)).toEqual({ done: 6 / 8, secondsLeft: 10 * (2 + 1) + 30 });
});

test('the models of the folds count by the patients that they learn from, and each begins where the last ended', () => {
  const job = clock(2);
  job.begin('train', 'A');
  job.step(0, 0);
  job.step(1, 40_000);
  job.begin('cross_fit', 'A');
  // Half of the patients, a fifth of them to choose the epoch: 1.6 passes a model.
  job.step(0, 100_000);
  job.step(1, 116_000);
  const { done, secondsLeft } = job.step(0.5, 124_000);
  expect(done).toBeCloseTo((4 + 1.5 * 1.6) / (2 * (4 + 2 * 1.6)), 9);
  expect(secondsLeft).toBeCloseTo(10 * (0.8 + 4 + 3.2 + 1) + 30, 6);
});
