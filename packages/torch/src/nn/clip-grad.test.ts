import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { ones, randn, tensor } from '../create.ts';
import { manualSeed } from '../random.ts';
import type { Tensor } from '../tensor.ts';
import { ReLU } from './activation.ts';
import { clipGradNorm } from './clip-grad.ts';
import { Sequential } from './containers.ts';
import { mseLoss } from './functional.ts';
import { Linear } from './linear.ts';

const GRADS = [
  [3, -4, 0.5],
  [0.25, -7],
];

function withGrads(grads: readonly number[][]): Tensor[] {
  return grads.map((grad) => {
    const parameter = ones([grad.length], { requiresGrad: true });
    parameter.grad = tensor(grad);
    return parameter;
  });
}

const read = (parameters: readonly Tensor[]): unknown[] => parameters.map((p) => p.grad?.toArray());

referenceTest('clipping gives the gradients of Python', ['torch'], () => {
  const reference = pythonJson<[unknown[], unknown[]]>(`
import json, torch
def clipped(limit):
    ps = [torch.ones(3, requires_grad=True), torch.ones(2, requires_grad=True), torch.ones(1, requires_grad=True)]
    for p, g in zip(ps, ${JSON.stringify(GRADS)}): p.grad = torch.tensor(g, dtype=torch.float32)
    torch.nn.utils.clip_grad_norm_(ps, limit)
    return [p.grad.tolist() for p in ps if p.grad is not None]
print(json.dumps([clipped(1.5), clipped(1e4)]))`);
  const [small, large] = [withGrads(GRADS), withGrads(GRADS)];
  clipGradNorm([...small, ones([1], { requiresGrad: true })], 1.5);
  clipGradNorm(large, 1e4);
  expect([read(small), read(large)]).toEqual(reference);
});

test('without gradients there is nothing to clip; a broken gradient breaks all', () => {
  expect(() => clipGradNorm([ones([2], { requiresGrad: true })], 1)).not.toThrow();
  const broken = withGrads([[1, Number.NaN], [2]]);
  clipGradNorm(broken, 1);
  expect(read(broken)).toEqual([[Number.NaN, Number.NaN], [Number.NaN]]);
});

test('gradients accumulated over small batches equal those of the big batch', () => {
  manualSeed(0);
  const net = new Sequential([new Linear(5, 8), new ReLU(), new Linear(8, 1)]);
  const [x, y] = [randn([12, 5]), randn([12, 1])];
  mseLoss(net.call(x), y).backward();
  const big = net.parameters().map((p) => p.grad?.clone());
  net.zeroGrad();
  for (const [i, part] of x.split(4).entries()) {
    mseLoss(net.call(part), y.narrow(0, 4 * i, 4))
      .div(3)
      .backward();
  }
  for (const [i, parameter] of net.parameters().entries()) {
    const expected = big[i];
    if (expected === undefined || parameter.grad === null) throw new Error('a gradient is missing');
    expect(parameter.grad.sub(expected).abs().max().item()).toBeLessThan(1e-6);
  }
});
