import { defaultConfig } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import { fakeRunner } from './fake-stages.test.data.ts';
import type { Runner } from './job.ts';
import { checkJob } from './run-pipeline.ts';

test('a job has as many classes as its data, where nobody says how many', async () => {
  const runner: Runner = { ...fakeRunner, run: async () => ({ classes: 3 }) as never };
  const how = { bestHparamsDir: '', explain: false, crossFit: null };
  const config = defaultConfig();
  await checkJob(config, how, runner, false);
  expect(config.model.num_classes).toBe(2);
  await checkJob(config, how, runner, true);
  expect(config.model).toEqual({ ...defaultConfig().model, num_classes: 3 });
  const weighted = defaultConfig();
  weighted.training.class_weights = [1, 2];
  await expect(checkJob(weighted, how, runner, true)).rejects.toThrow(
    '2 class weights are given for model.num_classes 3',
  );
});
