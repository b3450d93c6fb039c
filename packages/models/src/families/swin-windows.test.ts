import { dispatch } from '@radweave/torch';
import { expect, test } from 'vitest';
import { shiftMask } from './swin-windows.ts';

test('softmax makes zeros of masked places, not denormal numbers, which CPUs multiply slowly', () => {
  const mask = shiftMask([14, 14], [7, 7], [3, 3]);
  const shares = dispatch('softmax.int', mask, -1, null).toFloat32Array();
  expect(shares.includes(0)).toBe(true);
  // The least normal float32.
  expect(shares.filter((share) => share > 0 && share < 2 ** -126)).toHaveLength(0);
});
