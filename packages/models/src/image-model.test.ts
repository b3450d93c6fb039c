import { needs } from '@radweave/testkit';
import { autocast, hasNativeBf16, nn, noGrad, randn, type Tensor } from '@radweave/torch';
import { expect, test } from 'vitest';
import type { ImageModel } from './image-model.ts';
import { createModel } from './registry/create.ts';
import { listModels, modelInfo } from './registry/registry.ts';

/** The smallest of each family stands for its code, and one that pads like TensorFlow. */
const SMALLEST = [
  'resnet18',
  'swin_t',
  'efficientnet_b0',
  'tf_efficientnet_lite0',
  'mobilenetv3_small_100',
  'convnext_tiny',
  'densenet121',
  'vit_tiny_patch16_224',
];

/** Feature maps [C, h, w] of 64×64 pixels where they are not [numFeatures, 2, 2]. */
const MAPS: Readonly<Record<string, readonly number[]>> = {
  mobilenetv3_small_100: [576, 2, 2],
  vit_tiny_patch16_224: [192, 4, 4],
};

/** Their pooled vector is more than the mean of the map: widened, normed, or a token of its own. */
const POOLED_OTHERWISE = ['mobilenetv3_small_100', 'convnext_tiny', 'vit_tiny_patch16_224'];

/** It has no residual branches to drop. */
const WITHOUT_DROP_PATH = ['densenet121'];

const small = (name: string, options = {}) =>
  createModel(name, { numClasses: 2, inChans: 1, imageSize: 64, ...options });

const hasGrad = (model: ImageModel): string[] =>
  Array.from(model.namedParameters())
    .filter(([, p]) => p.grad !== null)
    .map(([name]) => name);

for (const name of SMALLEST) {
  /** Made once for the tests that change no more of it than running statistics. */
  let whole: ImageModel | undefined;
  const unchanged = (): ImageModel => {
    whole ??= small(name, { dropPathRate: 0 });
    whole.zeroGrad();
    return whole.train();
  };

  test(`${name}: frozen stages build no graph, get no gradient and stay in eval mode`, () => {
    const model = small(name, { dropPathRate: WITHOUT_DROP_PATH.includes(name) ? 0 : 0.2 });
    const stages = model.stages();
    model.freeze(2).train();
    const frozen = new Set(stages.slice(0, 3).flatMap((stage) => names(model, stage.members)));
    const running = statistics(model);
    const x = randn([2, 1, 64, 64], { requiresGrad: true });
    const between = model.forwardStages(x, 0, 3);
    expect(between.requiresGrad).toBe(false);
    expect(model.forwardStages(between, 3).requiresGrad).toBe(true);
    model.call(x).sum().backward();
    expect(x.grad).toBeNull();
    const learning = Array.from(model.namedParameters(), ([path]) => path).filter(
      (path) => !frozen.has(path),
    );
    expect(hasGrad(model)).toEqual(learning);
    expect(learning.length).toBeLessThan(model.parameters().length);
    for (const [index, stage] of stages.entries()) {
      for (const member of stage.members) {
        if (!(member instanceof nn.Module)) continue;
        for (const [, module] of member.namedModules()) expect(module.training).toBe(index > 2);
      }
    }
    for (const [path, value] of statistics(model)) {
      const isFrozen = frozen.has(path.replace(/running_\w+$|num_batches_tracked$/, 'weight'));
      expect(value === running.get(path), path).toBe(isFrozen);
    }
  });

  test(`${name}: freezing survives a parent's train(), and 0 lets all learn again`, () => {
    class Wrapper extends nn.Module {
      readonly backbone: ImageModel = unchanged();
      override forward(x: Tensor): Tensor {
        return this.backbone.call(x);
      }
    }
    const wrapper = new Wrapper();
    const { backbone } = wrapper;
    backbone.freeze(4);
    expect(backbone.frozenStages).toBe(4);
    wrapper.train();
    const [stem] = backbone.stages();
    const isTraining = () =>
      (stem?.members ?? []).some((member) => member instanceof nn.Module && member.training);
    expect(isTraining()).toBe(false);
    backbone.freeze(0);
    expect(backbone.frozenStages).toBe(0);
    expect(isTraining()).toBe(true);
    backbone
      .call(randn([2, 1, 64, 64]))
      .sum()
      .backward();
    expect(hasGrad(backbone)).toHaveLength(backbone.parameters().length);
  });

  test(`${name}: freezing fewer stages gives the rest back, and only that`, () => {
    const model = nn.init.leftOut(() => small(name));
    const stages = model.stages();
    const most = stages.length - 1;
    const last = stages.at(-1)?.members[0];
    if (!(last instanceof nn.Module)) throw new Error('the last stage is a module');
    last.requiresGrad_(false);
    model.freeze(2).freeze(1);
    const learns = stages.map((stage) => learnsAny(stage.members));
    expect(learns).toEqual(stages.map((_, i) => i > 1 && i < most));
    expect(() => model.freeze(most + 1)).toThrow(`cannot freeze ${most + 1} stages: give 0 to ${most}`);
    expect(() => model.freeze(1.5)).toThrow('cannot freeze 1.5 stages');
  });

  test(`${name}: features, pooled vector and logits fit together`, () => {
    const model = unchanged().eval();
    const x = randn([2, 1, 64, 64]);
    noGrad(() => {
      const features = model.forwardFeatures(x);
      const map = model.featureMap(features);
      expect(map.shape).toEqual([2, ...(MAPS[name] ?? [model.numFeatures, 2, 2])]);
      const pooled = model.forwardHead(features, { preLogits: true });
      expect(pooled.shape).toEqual([2, model.numFeatures]);
      if (!POOLED_OTHERWISE.includes(name)) expect(difference(pooled, map.mean([2, 3]))).toBeLessThan(1e-5);
      expect(difference(model.forwardHead(features), model.call(x))).toBe(0);
    });
  });

  test(`${name}: without classes there is no classifier`, () => {
    const model = nn.init.leftOut(() => small(name, { numClasses: 0 })).eval();
    expect(model.call(randn([1, 1, 64, 64])).shape).toEqual([1, model.numFeatures]);
    expect(model.numClasses).toBe(0);
    expect(() => small(name, { numClasses: -1 })).toThrow('numClasses must be a whole number');
  });

  // libtorch's emulation of bfloat16 sums up some convolutions in bfloat16.
  needs(hasNativeBf16(), 'a CPU with bfloat16')(`${name}: features keep their direction in bfloat16`, () => {
    const model = small(name, { dropPathRate: 0 }).eval();
    const x = randn([2, 1, 64, 64]);
    const exact = noGrad(() => model.forwardHead(model.forwardFeatures(x), { preLogits: true }));
    const half = autocast({}, () => model.forwardHead(model.forwardFeatures(x), { preLogits: true }));
    expect(cosine(exact, half.to('float32'))).toBeGreaterThan(0.999);
  });

  test(`${name}: runs forward and backward under bfloat16 autocast`, () => {
    const model = unchanged();
    autocast({}, () => model.call(randn([2, 1, 64, 64])))
      .to('float32')
      .sum()
      .backward();
    expect(hasGrad(model)).toHaveLength(model.parameters().length);
  });

  test(`${name}: channels-last memory gives the same answer`, () => {
    const model = unchanged().eval();
    const x = randn([2, 1, 64, 64]);
    noGrad(() => {
      const plain = model.call(x);
      model.to({ memoryFormat: 'channelsLast' });
      expect(difference(model.call(x.contiguous('channelsLast')), plain)).toBeLessThan(1e-4);
    });
    model.to({ memoryFormat: 'contiguous' });
  });

  test(`${name}: a wrong number of channels is named`, () => {
    expect(() => unchanged().call(randn([2, 3, 64, 64]))).toThrow(
      'expected slices [N, 1, H, W], got [2,3,64,64]',
    );
  });
}

test('Swin names the image size it was made for', () => {
  const model = nn.init.leftOut(() => small('swin_t'));
  expect(() => model.call(randn([1, 1, 96, 96]))).toThrow('made for 64×64 slices, got 96×96');
});

test('drop path and dropout act in training only', () => {
  const model = small('resnet18', { dropRate: 0.5, dropPathRate: 0.5 });
  for (const [path, parameter] of model.namedParameters()) {
    if (path.endsWith('bn2.weight')) nn.init.constant_(parameter, 1);
  }
  const x = randn([4, 1, 64, 64]);
  noGrad(() => {
    model.eval();
    expect(difference(model.call(x), model.call(x))).toBe(0);
    model.train();
    expect(difference(model.call(x), model.call(x))).toBeGreaterThan(0);
  });
});

test('every family is represented here', () => {
  const families = (names: readonly string[]) => new Set(names.map((name) => modelInfo(name).family));
  expect(families(SMALLEST)).toEqual(families(listModels()));
});

function names(model: ImageModel, members: readonly (nn.AnyModule | nn.Parameter)[]): string[] {
  const inside = new Set(members.flatMap((m) => (m instanceof nn.Module ? m.parameters() : [m])));
  return Array.from(model.namedParameters())
    .filter(([, p]) => inside.has(p))
    .map(([path]) => path);
}

function learnsAny(members: readonly (nn.AnyModule | nn.Parameter)[]): boolean {
  return members.some((m) =>
    m instanceof nn.Module ? m.parameters().some((p) => p.requiresGrad) : m.requiresGrad,
  );
}

/** Every buffer's values as text, by name. */
function statistics(model: ImageModel): Map<string, string> {
  return new Map(
    Array.from(model.namedBuffers())
      .filter(([, b]) => b.persistent)
      .map(([path, b]) => [path, String(b.toTypedArray())]),
  );
}

function difference(a: Tensor, b: Tensor): number {
  return a.sub(b).abs().max().item();
}

function cosine(a: Tensor, b: Tensor): number {
  return a.mul(b).sum().item() / (a.norm().item() * b.norm().item());
}
