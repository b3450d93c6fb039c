import { defaultThreads } from '@radweave/torch';
import { expect, test } from 'vitest';
import { inferenceBatch } from './compute.ts';

test('a CPU computes few slices at once, a GPU as many as asked', () => {
  const on = (device: string) => ({ device, precision: 'fp32', memoryFormat: 'channelsLast' }) as const;
  const most = Math.max(16, defaultThreads());
  expect(inferenceBatch(4, on('cpu'))).toBe(4);
  expect(inferenceBatch(10 * most, on('cpu'))).toBe(most);
  expect(inferenceBatch(10 * most, on('cuda:0'))).toBe(10 * most);
});
