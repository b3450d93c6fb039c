import { expect, test } from 'vitest';
import { noGrad } from '../autograd.ts';
import { ones, randn, zeros } from '../create.ts';
import { memoryStats } from '../runtime.ts';
import { tidy } from '../scope.ts';
import type { Tensor } from '../tensor.ts';
import { BatchNorm2d } from './batch-norm.ts';
import { ModuleList, Sequential } from './containers.ts';
import { Conv2d } from './conv.ts';
import { DropPath } from './dropout.ts';
import { Linear } from './linear.ts';
import { Module, StateDictError } from './module.ts';
import { Buffer } from './parameter.ts';

class Net extends Module {
  readonly stem = new Sequential({ conv: new Conv2d(1, 2, 3), norm: new BatchNorm2d(2) });
  readonly blocks = new ModuleList([new Linear(2, 2), new Linear(2, 2, { bias: false })]);
  readonly scratch = new Buffer(zeros([1]), { persistent: false });

  override forward(input: Tensor): Tensor {
    let x = this.stem.call(input).mean([2, 3]);
    for (const block of this.blocks) x = block.call(x);
    return x;
  }
}

const KEYS = [
  'stem.conv.weight',
  'stem.conv.bias',
  'stem.norm.weight',
  'stem.norm.bias',
  'stem.norm.running_mean',
  'stem.norm.running_var',
  'stem.norm.num_batches_tracked',
  'blocks.0.weight',
  'blocks.0.bias',
  'blocks.1.weight',
];

test("names are dotted, in torch's order, without the buffers that are not saved", () => {
  const net = new Net();
  expect([...net.stateDict().keys()]).toEqual(KEYS);
  expect(Array.from(net.namedBuffers(), ([name]) => name)).toContain('scratch');
  expect(net.parameters()).toHaveLength(7);
});

test('a state dict goes from one module to another', () => {
  const [from, to] = [new Net(), new Net()];
  from.call(randn([4, 1, 5, 5]));
  to.loadStateDict(from.stateDict());
  for (const [name, value] of to.stateDict()) {
    expect(value.toArray()).toEqual(from.stateDict().get(name)?.toArray());
  }
  expect(to.stem.get('norm').stateDict().get('num_batches_tracked')?.item()).toBe(1);
});

test('what does not fit is listed and nothing is changed', () => {
  const net = new Net();
  const before = net.stateDict().get('blocks.0.weight')?.toArray();
  const state = new Map<string, Tensor>(new Net().stateDict());
  state.delete('blocks.1.weight');
  state.set('fc.weight', ones([1]));
  state.set('stem.conv.bias', ones([5]));
  expect(() => net.loadStateDict(state)).toThrow(StateDictError);
  expect(() => net.loadStateDict(state)).toThrow(
    /Net: 1 missing \(blocks\.1\.weight\); 1 unexpected \(fc\.weight\); 1 of another shape \(stem\.conv\.bias \[5\] for \[2\]\)/,
  );
  expect(net.stateDict().get('blocks.0.weight')?.toArray()).toEqual(before);
});

test('a frozen batch norm keeps its running statistics', () => {
  const norm = new BatchNorm2d(2);
  norm.eval().call(randn([3, 2, 4, 4]).add(5));
  expect(norm.running_mean.toArray()).toEqual([0, 0]);
  expect(norm.num_batches_tracked.item()).toBe(0);
  norm.train().call(randn([3, 2, 4, 4]).add(5));
  expect(norm.running_mean.min().item()).toBeGreaterThan(0.3);
  expect(norm.num_batches_tracked.item()).toBe(1);
  expect(() => norm.call(ones([2, 2]))).toThrow(/expected \[N, C, H, W\]/);
});

test('train, eval, requiresGrad_, zeroGrad reach every child', () => {
  const net = new Net().eval();
  expect([...net.namedModules()].every(([, m]) => !m.training)).toBe(true);
  net.train();
  net.blocks.at(0).requiresGrad_(false);
  net
    .call(randn([2, 1, 5, 5]))
    .sum()
    .backward();
  expect([net.blocks.at(0).weight.grad === null, net.blocks.at(1).weight.grad === null]).toEqual([
    true,
    false,
  ]);
  net.zeroGrad();
  expect(net.parameters().every((p) => p.grad === null)).toBe(true);
});

test('to() converts floats only and keeps the parameter objects', () => {
  const net = new Net();
  const { weight } = net.blocks.at(0);
  net.to({ dtype: 'bfloat16', memoryFormat: 'channelsLast' });
  expect(net.blocks.at(0).weight).toBe(weight);
  expect([weight.dtype, weight.requiresGrad]).toEqual(['bfloat16', true]);
  expect(net.stateDict().get('stem.norm.num_batches_tracked')?.dtype).toBe('int64');
});

test('a call leaves nothing but its result', () => {
  const net = new Net();
  const input = randn([2, 1, 5, 5]);
  const before = memoryStats().tensors;
  tidy(() => noGrad(() => net.call(input)));
  expect(memoryStats().tensors).toBe(before + 1);
});

test('a Sequential holds one intermediate at a time', () => {
  const counts: number[] = [];
  class Counter extends Module {
    override forward(input: Tensor): Tensor {
      counts.push(memoryStats().tensors);
      return input.add(1);
    }
  }
  const input = ones([2]);
  const net = new Sequential([new Counter(), new Counter(), new Counter(), new Counter()]);
  expect(net.call(input).toArray()).toEqual([5, 5]);
  expect(counts.map((count) => count - (counts[0] ?? 0))).toEqual([0, 1, 1, 1]);
});

test('containers are indexed by position and name', () => {
  const list = new Sequential([new DropPath(0.1), new DropPath(0.2)]);
  expect(list.length).toBe(2);
  expect(list.at(-1)).toBe(list.get('1'));
  expect(() => list.at(2)).toThrow(/2 children, not one at 2/);
  expect(() => list.get('head')).toThrow(/no child 'head'/);
  expect(() => new ModuleList([list]).call()).toThrow(/only holds modules/);
  const input = ones([1]);
  expect(new Sequential([]).call(input)).toBe(input);
});

test('options that make no sense are refused', () => {
  expect(() => new DropPath(1.5)).toThrow(/from 0 to 1, not 1.5/);
  expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrow(/3 → 4 channels cannot form 2 groups/);
});
