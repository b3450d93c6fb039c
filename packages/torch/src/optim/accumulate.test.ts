import { expect, test } from 'vitest';
import { randn } from '../create.ts';
import { mseLoss } from '../nn/functional.ts';
import { Linear } from '../nn/linear.ts';
import { manualSeed } from '../random.ts';
import { accumulateGradients } from './accumulate.ts';

test('parts of different size give the gradients and the loss of the whole batch', () => {
  manualSeed(3);
  const model = new Linear(4, 2);
  const input = randn([7, 4]);
  const target = randn([7, 2]);
  const loss = mseLoss(model.call(input), target);
  loss.backward();
  const expected = model.parameters().map((p) => p.grad?.toFloat32Array() ?? new Float32Array());
  model.zeroGrad();

  const parts = [
    { part: 0, samples: 3 },
    { part: 3, samples: 3 },
    { part: 6, samples: 1 },
  ];
  const mean = accumulateGradients(parts, (start) => {
    const end = Math.min(start + 3, 7);
    return mseLoss(model.call(input.slice(0, start, end)), target.slice(0, start, end));
  });
  expect(mean).toBeCloseTo(loss.item(), 6);
  for (const [i, parameter] of model.parameters().entries()) {
    const actual = parameter.grad?.toFloat32Array() ?? new Float32Array();
    for (const [k, value] of (expected[i] ?? new Float32Array()).entries())
      expect(actual[k]).toBeCloseTo(value, 6);
  }
});

test('no samples are refused', () => {
  expect(() => accumulateGradients([], () => randn([]))).toThrow('there are no samples');
});
