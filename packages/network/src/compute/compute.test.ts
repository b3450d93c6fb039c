import { defaultThreads, deviceKind } from '@radweave/torch';
import { expect, test } from 'vitest';
import { inferenceBatch, untriedRemark } from './compute.ts';

test('a CPU computes few slices at once, a GPU as many as asked', () => {
  const on = (device: string) => ({ device, precision: 'fp32', memoryFormat: 'channelsLast' }) as const;
  const most = Math.max(16, defaultThreads());
  expect(inferenceBatch(4, on('cpu'))).toBe(4);
  expect(inferenceBatch(10 * most, on('cpu'))).toBe(most);
  expect(inferenceBatch(10 * most, on('cuda:0'))).toBe(10 * most);
});

test('a kind of device that was never tried is computed on with a warning', () => {
  expect(untriedRemark(deviceKind('cpu'))).toBeNull();
  expect(untriedRemark(deviceKind('mps'))).toMatch(/^Radweave is untested on Apple's GPU: compare/);
});
