import { configure, settingKeys } from '@radweave/artifacts';
import { settledPrecision } from '@radweave/network/compute/kept-precision';
import { remark } from '@radweave/remarks';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { SomeStage } from '../declare/stage.ts';
import { STAGES } from '../stages/index.ts';
import { stageSettings } from './stage-settings.ts';

test('a step counts the precision that auto was settled to for the work of its stage', async () => {
  const output_dir = tempDir();
  const config = configure({ experiment: { output_dir }, model: { name: 'resnet18' } });
  const settle = (purpose: 'train' | 'extract', precision: 'fp32' | 'bf16'): void => {
    const work = { purpose, model: 'resnet18', frozenStages: 0 };
    settledPrecision(output_dir, work, 'cpu', () => ({ precision, reason: remark('precision-asked') }));
  };
  const counted = async (name: string): Promise<unknown> => {
    const stage = STAGES.find((one) => one.name === name);
    return (await stageSettings(config, stage ?? expect.unreachable()))['training.precision'];
  };
  expect(await counted('train')).toBe('auto');
  settle('train', 'bf16');
  settle('extract', 'fp32');
  expect(await counted('train')).toBe('bf16');
  expect(await counted('extract')).toBe('fp32');
  // It tells the precision of a training by its checkpoint.
  expect(await counted('report')).toBeUndefined();
});

test('every stage of the whole job that a precision counts for says of which work', () => {
  const counting = STAGES.filter(({ settings }) => settingKeys(settings).includes('training.precision'));
  const stages: readonly SomeStage[] = counting;
  const silent = stages.filter(({ job, precisionOf }) => job !== undefined && precisionOf === undefined);
  expect(counting.length).toBeGreaterThan(2);
  expect(silent.map(({ name }) => name)).toEqual([]);
});

test('a setting without effect beside the others counts as if nobody had set it, and as it is set where it has one', async () => {
  const stages: readonly SomeStage[] = STAGES;
  const settingIn = async (key: string, settings: Parameters<typeof configure>[0]): Promise<unknown> => {
    const stage = stages.find((one) => settingKeys(one.settings).some((own) => own === key));
    return (await stageSettings(configure(settings), stage ?? expect.unreachable()))[key];
  };
  const momentum = 0.5;
  expect(await settingIn('training.momentum', { training: { momentum } })).toBe(0.9);
  expect(await settingIn('training.momentum', { training: { momentum, optimizer: 'sgd' } })).toBe(0.5);
  expect(await settingIn('augmentation.scale', { augmentation: { scale: 0.2 } })).toBe(0.2);
  expect(await settingIn('augmentation.scale', { augmentation: { scale: 0.2, enabled: false } })).toBe(0);
  expect(await settingIn('fusion.random_state', { fusion: { random_state: 7 } })).toBe(42);
});
