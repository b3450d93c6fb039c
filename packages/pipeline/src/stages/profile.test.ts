import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfig, fileNames } from '@radweave/artifacts';
import { silentContext } from '@radweave/study/context/events';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { ProfileResult } from '../work/profile.ts';
import { profile } from './profile.ts';

test('both jobs are profiled, and the convolutions of ResNet18 are where they belong', async () => {
  const outputDir = join(tempDir(), 'profile');
  const config = defaultConfig();
  config.data.image_size = 32;
  config.training.batch_size = 2;
  config.extraction.batch_size = 2;
  config.training.precision = 'fp32';
  const result = await profile({ config, jobs: ['training', 'extraction'], outputDir }, silentContext());
  expect(JSON.parse(readFileSync(join(outputDir, 'profile.json'), 'utf8'))).toEqual(fileNames(result));

  const [training, extraction] = result.jobs;
  expect(result.jobs.map(({ precision }) => precision)).toEqual(['fp32', 'fp32']);
  const calls = (job: ProfileResult['jobs'][number] | undefined, phase: string, operator: string) =>
    job?.operators.find((row) => row.phase === phase && row.operator === operator)?.calls;
  expect(calls(training, 'forward', 'aten::convolution')).toBe(20);
  expect(calls(training, 'backward', 'aten::convolution_backward')).toBe(20);
  // Three norms of shortcuts have no ReLU.
  expect(calls(training, 'backward', 'aten::native_batch_norm_backward')).toBe(3);
  expect(calls(training, 'backward', 'radweave::batch_norm_relu_backward')).toBe(17);
  expect(training?.phases.map(({ phase }) => phase)).toEqual([
    'batch',
    'forward',
    'loss',
    'backward',
    'optimizer',
    'outside operators',
  ]);
  const block = training?.modules.find(({ module }) => module === 'layer2.0.conv1');
  expect(block?.forwardMs).toBeGreaterThan(0);
  expect(block?.backwardMs).toBeGreaterThan(0);
  expect(extraction?.modules.every(({ backwardMs }) => backwardMs === 0)).toBe(true);
  for (const job of result.jobs) {
    const all = job.phases.reduce((sum, { ms }) => sum + ms, 0);
    expect(all).toBeCloseTo(job.ms, 6);
    const trace = JSON.parse(readFileSync(job.trace, 'utf8'));
    expect(trace.traceEvents.length).toBeGreaterThan(job.operators.length);
  }
});
