import { createModel, foldBatchNorms, type ImageModel } from '@radweave/models';
import { inferenceMode, manualSeed, randn, type Tensor } from '@radweave/torch';
import { expect, test } from 'vitest';
import type { Compute } from './compute.ts';
import { foldForInference } from './fold.ts';
import { inPrecision } from './under-precision.ts';

const SIDE = 32;
const bf16: Compute = { device: 'cpu', precision: 'bf16', memoryFormat: 'channelsLast' };

function network(name: string): ImageModel {
  manualSeed(3);
  const model = createModel(name, { numClasses: 2, inChans: 1, imageSize: SIDE });
  return model.eval().to({ memoryFormat: 'channelsLast' });
}

const typesOf = (model: ImageModel): Set<string> =>
  new Set([...model.stateDict().values()].map(({ dtype }) => dtype));

test.each(['resnet18', 'mobilenetv3_small_100', 'tf_efficientnet_lite0', 'vit_tiny_patch16_224'])(
  'weights of %s that are rounded once give the very features that autocast gives',
  (name) => {
    const [plain, rounded] = [network(name), network(name)];
    const x = randn([3, 1, SIDE, SIDE]).contiguous('channelsLast');
    const features = (model: ImageModel, compute = bf16): Tensor =>
      inferenceMode(() => inPrecision(compute, () => model.forwardFeatures(x)));
    foldBatchNorms(plain, randn([1, 1, SIDE, SIDE]));
    foldForInference(rounded, bf16, SIDE);
    expect(features(rounded).toFloat32Array()).toEqual(features(plain).toFloat32Array());
    // What is saved, hashed or copied from it is whole.
    expect(typesOf(rounded)).toEqual(typesOf(plain));
    // They are rounded indeed: without autocast a layer no longer takes float32.
    expect(() => features(rounded, { ...bf16, precision: 'fp32' })).toThrow();
  },
);

test('in float16 weights are rounded once too', () => {
  const model = network('resnet18');
  foldForInference(model, { ...bf16, precision: 'fp16' }, SIDE);
  expect(() => inferenceMode(() => model.forwardFeatures(randn([1, 1, SIDE, SIDE])))).toThrow();
});

test('in float32 nothing is rounded', () => {
  const model = network('resnet18');
  const x = randn([2, 1, SIDE, SIDE]);
  const before = inferenceMode(() => model.forwardFeatures(x));
  foldForInference(model, { ...bf16, precision: 'fp32' }, SIDE);
  const after = inferenceMode(() => model.forwardFeatures(x));
  expect(after.sub(before).abs().max().item()).toBeLessThan(1e-4 * before.abs().max().item());
});
