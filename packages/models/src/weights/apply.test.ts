import { nn, noGrad, randn, type Tensor, zeros } from '@radweave/torch';
import { expect, test } from 'vitest';
import { createModel } from '../registry/create.ts';
import { modelInfo } from '../registry/registry.ts';
import { applyWeights } from './apply.ts';

const resnet = modelInfo('resnet18');
const swin = modelInfo('swin_t');
const stateOf = (name: string, options = {}) =>
  new Map<string, Tensor>(createModel(name, options).stateDict());

test('RGB weights go into a one-channel model, which then answers gray as the other answers equal colours', () => {
  const rgb = createModel('resnet18', { numClasses: 2 }).eval();
  const gray = createModel('resnet18', { numClasses: 2, inChans: 1 }).eval();
  const report = applyWeights(gray, resnet, rgb.stateDict());
  expect(report).toEqual({ layout: 'timm', adaptedFrom: 3, head: true, headReason: '' });
  const x = randn([1, 1, 64, 64]);
  noGrad(() => {
    const difference = gray
      .call(x)
      .sub(rgb.call(x.expand([1, 3, 64, 64])))
      .abs()
      .max()
      .item();
    expect(difference).toBeLessThan(1e-4);
  });
});

test('a classifier of another size stays as it was, and the report says so', () => {
  const model = createModel('resnet18', { numClasses: 2 });
  const before = model.stateDict().get('fc.weight')?.clone().toFloat32Array();
  const report = applyWeights(model, resnet, stateOf('resnet18'));
  expect(report.head).toBe(false);
  expect(report.headReason).toBe('the weights are for 1000 classes, the model for 2');
  expect(model.stateDict().get('fc.weight')?.toFloat32Array()).toEqual(before);
});

test('weights or models without a classifier are fine', () => {
  const headless = stateOf('resnet18', { numClasses: 0 });
  expect(headless.has('fc.weight')).toBe(false);
  expect(applyWeights(createModel('resnet18'), resnet, headless).headReason).toBe(
    'the weights have no classifier',
  );
  const bare = createModel('resnet18', { numClasses: 0 });
  expect(applyWeights(bare, resnet, stateOf('resnet18')).headReason).toBe('the model has no classifier');
});

test('what does not fit is listed, and nothing is changed', () => {
  const model = createModel('resnet18', { numClasses: 2 });
  const state = stateOf('resnet18', { numClasses: 2 });
  state.delete('layer1.0.conv1.weight');
  state.set('layer9.weight', zeros([1]));
  state.set('bn1.weight', zeros([64]));
  state.set('bn1.bias', zeros([3]));
  expect(() => applyWeights(model, resnet, state)).toThrow(nn.StateDictError);
  expect(() => applyWeights(model, resnet, state)).toThrow(
    '1 missing (layer1.0.conv1.weight); 1 unexpected (layer9.weight); 1 of another shape (bn1.bias [3] for [64])',
  );
  expect(model.stateDict().get('bn1.weight')?.sum().item()).toBe(64);
});

test("Microsoft's layout and the buffers of older checkpoints are understood", () => {
  const options = { numClasses: 3, inChans: 1 };
  const source = createModel('swin_t', options);
  const old = new Map<string, Tensor>();
  for (const [name, value] of source.stateDict()) {
    const earlier = name.replace(/^layers\.(\d)\.downsample/, (_, i) => `layers.${Number(i) - 1}.downsample`);
    old.set(earlier.replace('head.fc.', 'head.'), value);
  }
  old.set('layers.0.blocks.0.attn.relative_position_index', zeros([49, 49]));
  old.set('layers.0.blocks.1.attn_mask', zeros([64, 49, 49]));
  const model = createModel('swin_t', options);
  expect(applyWeights(model, swin, old)).toEqual({
    layout: 'microsoft',
    adaptedFrom: null,
    head: true,
    headReason: '',
  });
  const own = model.stateDict();
  for (const [name, value] of source.stateDict()) {
    expect(own.get(name)?.sub(value).abs().max().item(), name).toBe(0);
  }
});
