import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { ones, randn, tensor } from '../create.ts';
import { manualSeed } from '../random.ts';
import type { Tensor } from '../tensor.ts';
import { ReLU } from './activation.ts';
import { clipGradNorm, clipGradValue } from './clip-grad.ts';
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

referenceTest('clipping gives the norms and gradients of Python', ['torch'], () => {
  const orders = [2, 1, Number.POSITIVE_INFINITY, 3];
  const reference = pythonJson<[number, unknown[], unknown[]][]>(`
import json, torch
out = []
for order in (2, 1, float('inf'), 3):
    def made():
        ps = [torch.ones(3, requires_grad=True), torch.ones(2, requires_grad=True), torch.ones(1, requires_grad=True)]
        for p, g in zip(ps, ${JSON.stringify(GRADS)}): p.grad = torch.tensor(g, dtype=torch.float32)
        return ps
    read = lambda ps: [p.grad.tolist() for p in ps if p.grad is not None]
    a, b = made(), made()
    total = torch.nn.utils.clip_grad_norm_(a, 1.5, order).item()
    torch.nn.utils.clip_grad_norm_(b, 1e4, order)
    out.append([total, read(a), read(b)])
c = made()
torch.nn.utils.clip_grad_value_(c, 2.5)
out.append([0, read(c), []])
print(json.dumps(out))`);
  for (const [i, normType] of orders.entries()) {
    const [small, large] = [withGrads(GRADS), withGrads(GRADS)];
    const total = clipGradNorm([...small, ones([1], { requiresGrad: true })], 1.5, { normType });
    clipGradNorm(large, 1e4, { normType });
    expect([total, read(small), read(large)]).toEqual(reference[i]);
  }
  const byValue = withGrads(GRADS);
  clipGradValue(byValue, 2.5);
  expect(read(byValue)).toEqual(reference[4]?.[1]);
});

test('without gradients there is nothing to clip; a broken gradient is reported', () => {
  expect(clipGradNorm([ones([2], { requiresGrad: true })], 1)).toBe(0);
  expect(clipGradNorm(withGrads([[1, Number.NaN]]), 1)).toBeNaN();
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
