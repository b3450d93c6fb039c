import { nn } from '@radweave/torch';
import { expect, test } from 'vitest';
import { createModel } from '../registry/create.ts';
import { architecture, roundChannels } from './mbconv-stages.ts';

test('timm’s notation is read, and anything else refused', () => {
  expect(architecture([['ir_r2_k5_s2_e4.5_c24_se0.25_nre'], ['cn_r1_k1_s1_c960']])).toEqual([
    [
      {
        kind: 'ir',
        repeats: 2,
        kernel: 5,
        stride: 2,
        expansion: 4.5,
        channels: 24,
        squeezes: true,
        usesRelu: true,
      },
    ],
    [
      {
        kind: 'cn',
        repeats: 1,
        kernel: 1,
        stride: 1,
        expansion: 1,
        channels: 960,
        squeezes: false,
        usesRelu: false,
      },
    ],
  ]);
  expect(() => architecture([['er_r1_k3_s1_c16']])).toThrow("'er_r1_k3_s1_c16' is not a row of blocks");
  expect(() => architecture([['ir_r1_k3_s1_e6_c16_se0.5']])).toThrow('is not a row of blocks');
});

test('channels are multiples of 8, at most a tenth fewer than asked', () => {
  expect([1, 12, 36, 88.08, 19.2, 1408].map(roundChannels)).toEqual([8, 16, 40, 88, 24, 1408]);
});

test('drop path rises from 0 by the share of blocks, as in timm and torchvision', () => {
  const model = createModel('efficientnet_b0', { numClasses: 2, dropPathRate: 0.32 });
  const rates = Array.from(model.namedModules(), ([, module]) => module)
    .filter((module) => module instanceof nn.DropPath)
    .map((module) => module.p);
  expect(rates).toHaveLength(16);
  for (const [index, rate] of rates.entries()) expect(rate).toBeCloseTo(0.02 * index, 12);
});

test('batch norm can be set where the registry says so, and only there', () => {
  const norms = (options: object) =>
    Array.from(createModel('mobilenetv3_small_100', options).namedModules(), ([, module]) => module)
      .filter((module) => module instanceof nn.BatchNorm2d)
      .map(({ eps, momentum }) => ({ eps, momentum }));
  const theirs = { eps: 1e-3, momentum: 0.01 };
  for (const norm of norms({})) expect(norm).toEqual({ eps: 1e-5, momentum: 0.1 });
  for (const norm of norms({ batchNorm: theirs })) expect(norm).toEqual(theirs);
  expect(() => createModel('resnet18', { batchNorm: theirs })).toThrow(
    'resnet18: batchNorm cannot be chosen',
  );
});
