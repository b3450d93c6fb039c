import { F, manualSeed, nn, noGrad, randn, type Tensor, tensor } from '@radweave/torch';
import { expect, test } from 'vitest';
import { ImageModel, type Stage } from '../image-model.ts';
import { createModel } from '../registry/create.ts';
import { foldBatchNorms, foldFrozenStages } from './fold.ts';

/** Gives every batch norm statistics and weights that are not those it starts with. */
function disturb(model: nn.Module): void {
  for (const [, module] of model.namedModules()) {
    if (!(module instanceof nn.BatchNorm2d)) continue;
    const { weight, bias, running_mean: mean, running_var: variance } = module;
    noGrad(() => {
      weight.load(randn(weight.shape).mul(0.2).add(1));
      bias.load(randn(bias.shape).mul(0.2));
      mean.load(randn(mean.shape).mul(0.2));
      variance.load(randn(variance.shape).abs().add(0.5));
    });
  }
}

const change = (after: Tensor, before: Tensor): number =>
  after.sub(before).abs().max().item() / before.abs().max().item();

for (const [name, folded] of [
  ['resnet18', 20],
  ['efficientnet_b0', 49],
  ['tf_efficientnet_lite0', 49],
  ['mobilenetv3_small_100', 34],
  ['densenet121', 59],
  ['vit_tiny_patch16_224', 0],
] as const) {
  test(`${name}: features and logits stay the same without ${folded} batch norms`, () => {
    // Of some random weights rounding alone is more than 1e-5.
    manualSeed(1);
    const model = createModel(name, { numClasses: 2, inChans: 1, imageSize: 64 });
    disturb(model);
    model.eval();
    const x = randn([2, 1, 64, 64]);
    const [features, logits] = noGrad(() => [model.forwardFeatures(x), model.call(x)]);
    expect(foldBatchNorms(model, randn([1, 1, 64, 64]))).toBe(folded);
    const [after, logitsAfter] = noGrad(() => [model.forwardFeatures(x), model.call(x)]);
    expect(change(after, features)).toBeLessThan(1e-5);
    expect(change(logitsAfter, logits)).toBeLessThan(1e-5);
  });
}

/** Uses its convolution's output twice, once without the norm. */
class Forked extends ImageModel {
  readonly conv: nn.Conv2d = new nn.Conv2d(1, 4, 3);
  readonly norm: nn.BatchNorm2d = new nn.BatchNorm2d(4);
  readonly numFeatures = 4;
  override stages(): readonly Stage[] {
    const forward = (x: Tensor): Tensor => {
      const y = this.conv.call(x);
      return this.norm.call(y).add(y);
    };
    return [{ name: 'stem', members: [this.conv, this.norm], forward }];
  }
  protected override classify(features: Tensor): Tensor {
    return F.adaptiveAvgPool2d(features, 1).flatten(1);
  }
}

test('a model that would give other features is left as it is', () => {
  const model = new Forked({ inChans: 1, numClasses: 0, dropRate: 0 });
  disturb(model);
  const x = randn([2, 1, 8, 8]);
  expect(() => foldBatchNorms(model, x)).toThrow(/eval mode/);
  model.eval();
  const before = noGrad(() => model.forwardFeatures(x));
  const names = [...model.stateDict().keys()];
  expect(foldBatchNorms(model, x)).toBe(0);
  expect(noGrad(() => model.forwardFeatures(x)).toFloat32Array()).toEqual(before.toFloat32Array());
  expect([...model.stateDict().keys()]).toEqual(names);
});

test('frozen stages are folded in training mode; what learns gets the same gradients', () => {
  // In float64: where rounding decides whether a ReLU lets an activation near 0 through, gradients differ by more than rounding.
  const dtype = 'float64';
  const make = (): ImageModel =>
    createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: 64 }).to({ dtype });
  const [folded, plain] = [make(), make()];
  disturb(folded);
  plain.loadStateDict(folded.stateDict());
  const x = randn([4, 1, 64, 64], { dtype });
  const gradientOf = (model: ImageModel): Tensor => {
    F.crossEntropy(model.call(x), tensor([0, 1, 1, 0], { dtype: 'int64' })).backward();
    const [, weight] = [...model.namedParameters()].find(([name]) => name === 'layer3.0.conv1.weight') ?? [];
    return weight?.grad as Tensor;
  };
  for (const model of [folded, plain]) model.train().freeze(2);
  // The stem, and in two stages of two blocks two convolutions each and one shortcut.
  expect(foldFrozenStages(folded, randn([1, 1, 64, 64], { dtype }))).toBe(10);
  expect(change(gradientOf(folded), gradientOf(plain))).toBeLessThan(1e-11);
  const expected = plain.stateDict();
  for (const [name, value] of folded.stateDict()) {
    if (/^(conv1|bn1|layer[12])/.test(name)) {
      expect(value.toTypedArray(), name).toEqual(expected.get(name)?.toTypedArray());
    }
  }
  // They would learn weights that nobody computes with.
  folded.freeze(0);
  expect(() => folded.call(x)).toThrow(/cannot learn/);
});
