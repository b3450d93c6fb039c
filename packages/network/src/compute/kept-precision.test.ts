import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfig, type Precision } from '@radweave/artifacts';
import { silentContext } from '@radweave/study/context/events';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { chooseCompute, computeSettings } from './compute.ts';
import { keptPrecision, settledPrecision } from './kept-precision.ts';

const decided = (precision: Precision) => () => ({ precision, reason: 'measured' });

test('what auto means is decided once for a model and output folder, whatever a later measurement says', () => {
  const folder = tempDir();
  expect(keptPrecision(folder, 'resnet18')).toBeNull();
  expect(settledPrecision(folder, 'resnet18', 'cpu', decided('bf16'))).toEqual({
    precision: 'bf16',
    reason: 'measured',
  });
  const again = settledPrecision(folder, 'resnet18', 'cpu', () => {
    throw new Error('it must not be measured again');
  });
  expect(again.precision).toBe('bf16');
  expect(keptPrecision(folder, 'resnet18')).toBe('bf16');
  expect(settledPrecision(folder, 'resnet50', 'cpu', decided('fp32')).precision).toBe('fp32');
  expect(settledPrecision(tempDir(), 'resnet18', 'cpu', decided('fp32')).precision).toBe('fp32');
});

test('of several trainings that decide at once the first settles it for all', () => {
  const folder = tempDir();
  const late = settledPrecision(folder, 'resnet18', 'cpu', () => {
    // While this one measures, another is done.
    settledPrecision(folder, 'resnet18', 'cpu', decided('bf16'));
    return { precision: 'fp32-winograd', reason: 'measured' };
  });
  expect(late.precision).toBe('bf16');
  expect(readdirSync(join(folder, 'precision'))).toEqual(['resnet18.json']);
});

test('a damaged record is decided anew, and nothing is kept in a folder that is not there', () => {
  const folder = tempDir();
  mkdirSync(join(folder, 'precision'));
  writeFileSync(join(folder, 'precision', 'resnet18.json'), '{"for');
  expect(settledPrecision(folder, 'resnet18', 'cpu', decided('fp32')).precision).toBe('fp32');
  expect(keptPrecision(folder, 'resnet18')).toBe('fp32');
  const nowhere = join(folder, 'nowhere');
  settledPrecision(nowhere, 'resnet18', 'cpu', decided('fp32'));
  expect(keptPrecision(nowhere, 'resnet18')).toBeNull();
});

test('only auto asks what was settled: neither a named precision nor that of a run that goes on', () => {
  const config = defaultConfig();
  config.experiment.output_dir = tempDir();
  config.training.device = 'cpu';
  settledPrecision(config.experiment.output_dir, config.model.name, 'cpu', decided('bf16'));
  const precision = (begun?: Precision): Precision =>
    chooseCompute(computeSettings(config), config.model.name, silentContext(), begun).precision;
  expect(precision()).toBe('bf16');
  expect(precision('fp32')).toBe('fp32');
  config.training.precision = 'fp32';
  expect(precision()).toBe('fp32');
});
