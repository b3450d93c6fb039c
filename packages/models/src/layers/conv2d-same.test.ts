import { F, ones } from '@radweave/torch';
import { expect, test } from 'vitest';
import { Conv2dSame } from './conv2d-same.ts';

test('every stride begun gives a pixel, and odd padding lies below and to the right', () => {
  const conv = new Conv2dSame(1, 1, 3, { stride: 2, bias: false });
  const weight = ones([1, 1, 3, 3]);
  conv.weight.load(weight);
  const sides = (height: number, width: number) => {
    const x = ones([1, 1, height, width]);
    return { ours: conv.call(x), x };
  };
  // 4 rows: one of padding, below; 5 columns: one on each side.
  const { ours, x } = sides(4, 5);
  const padded = F.conv2d(F.pad(x, [1, 1, 0, 1]), weight, null, { stride: 2 });
  expect(ours.shape).toEqual([1, 1, 2, 3]);
  expect([...ours.toFloat32Array()]).toEqual([...padded.toFloat32Array()]);
  expect(sides(1, 7).ours.shape).toEqual([1, 1, 1, 4]);
});
