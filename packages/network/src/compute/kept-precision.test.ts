import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfig, type Precision } from '@radweave/artifacts';
import { asWritten } from '@radweave/remarks';
import { silentContext } from '@radweave/study/context/events';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { chooseCompute, computeSettings } from './compute.ts';
import { keptPrecision, settledPrecision } from './kept-precision.ts';
import type { Workload, WorkName } from './workload.ts';

const work = (model: string, about: Partial<WorkName> = {}): WorkName => ({
  ...{ purpose: 'train', model, frozenStages: 0 },
  ...about,
});

const decided = (precision: Precision) => () => ({ precision, reason: asWritten('measured') });

test('what auto means is decided once for a model and output folder, whatever a later measurement says', () => {
  const folder = tempDir();
  expect(keptPrecision(folder, work('resnet18'))).toBeNull();
  expect(settledPrecision(folder, work('resnet18'), 'cpu', decided('bf16'))).toEqual({
    precision: 'bf16',
    reason: asWritten('measured'),
  });
  const again = settledPrecision(folder, work('resnet18'), 'cpu', () => {
    throw new Error('it must not be measured again');
  });
  expect(again.precision).toBe('bf16');
  expect(keptPrecision(folder, work('resnet18'))).toBe('bf16');
  expect(settledPrecision(folder, work('resnet50'), 'cpu', decided('fp32')).precision).toBe('fp32');
  expect(settledPrecision(tempDir(), work('resnet18'), 'cpu', decided('fp32')).precision).toBe('fp32');
});

test('training, training with frozen stages, and extraction are settled each for itself', () => {
  const folder = tempDir();
  const all = [
    work('resnet18'),
    work('resnet18', { frozenStages: 2 }),
    work('resnet18', { purpose: 'extract' }),
  ] as const;
  const precisions = ['bf16', 'fp32-winograd', 'fp32'] as const;
  for (const [i, one] of all.entries())
    settledPrecision(folder, one, 'cpu', decided(precisions[i] ?? 'tf32'));
  expect(all.map((one) => keptPrecision(folder, one))).toEqual(precisions);
  expect(readdirSync(join(folder, 'precision')).sort()).toEqual([
    'resnet18-extract.json',
    'resnet18-frozen2.json',
    'resnet18.json',
  ]);
});

test('of several trainings that decide at once the first settles it for all', () => {
  const folder = tempDir();
  const late = settledPrecision(folder, work('resnet18'), 'cpu', () => {
    // While this one measures, another is done.
    settledPrecision(folder, work('resnet18'), 'cpu', decided('bf16'));
    return { precision: 'fp32-winograd', reason: asWritten('measured') };
  });
  expect(late.precision).toBe('bf16');
  expect(readdirSync(join(folder, 'precision'))).toEqual(['resnet18.json']);
});

test('a damaged record is decided again, and nothing is kept in a folder that is not there', () => {
  const folder = tempDir();
  mkdirSync(join(folder, 'precision'));
  writeFileSync(join(folder, 'precision', 'resnet18.json'), '{"for');
  expect(settledPrecision(folder, work('resnet18'), 'cpu', decided('fp32')).precision).toBe('fp32');
  expect(keptPrecision(folder, work('resnet18'))).toBe('fp32');
  const nowhere = join(folder, 'nowhere');
  settledPrecision(nowhere, work('resnet18'), 'cpu', decided('fp32'));
  expect(keptPrecision(nowhere, work('resnet18'))).toBeNull();
});

test('only auto asks what was settled: neither a named precision nor that of a run that continues', () => {
  const config = defaultConfig();
  config.experiment.output_dir = tempDir();
  config.training.device = 'cpu';
  const wanted: Workload = {
    ...work(config.model.name),
    ...{ classes: 2, imageSize: 32, batch: 4, keepsFrozen: false },
    build: () => {
      throw new Error('nothing must be measured');
    },
  };
  settledPrecision(config.experiment.output_dir, wanted, 'cpu', decided('bf16'));
  const precision = (begun?: Precision): Precision =>
    chooseCompute(computeSettings(config), wanted, silentContext(), begun).precision;
  expect(precision()).toBe('bf16');
  expect(precision('fp32')).toBe('fp32');
  config.training.precision = 'fp32';
  expect(precision()).toBe('fp32');
});
