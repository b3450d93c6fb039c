import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GLOO, MEASURED, makespan, ring, step, tree } from './model.mjs';
import { tables } from './tables.mjs';

test('docs/scaling.md has the tables that the model prints', () => {
  const text = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
  for (const table of tables()) expect(text).toContain(table);
});

test('a step of two processes on half the cores each takes what was measured: 0.39 to 0.51 s', () => {
  const bytes = MEASURED.gradients.resnet18;
  const sum = (size: number, devices: number): number => ring(size, devices, GLOO);
  const seconds = step({ devices: 2, compute: 0.4, bytes, sum });
  expect(seconds).toBeGreaterThan(0.39);
  expect(seconds).toBeLessThan(0.51);
});

test('a sum that is hidden behind backward costs its last bucket alone, a slow one all but its start', () => {
  const timed = (perBucket: number): number =>
    step({ devices: 2, compute: 3, bytes: 100e6, sum: () => perBucket, jitter: 0, steps: 1 });
  // Forward takes 1 s, backward 2 s; a bucket of four is ready every half second.
  expect(timed(0.25)).toBeCloseTo(3.25, 12);
  expect(timed(2)).toBeCloseTo(1 + 0.5 + 4 * 2, 12);
});

test('a ring and a tree send as many bytes; a hop counts for each device, or for each doubling', () => {
  const network = { bandwidth: 100, latency: 1 };
  expect(ring(800, 8, network)).toBeCloseTo((14 / 8) * 8 + 14, 12);
  expect(tree(800, 8, network)).toBeCloseTo((14 / 8) * 8 + 6, 12);
});

test('tasks go to the worker that is free first, the longest ahead', () => {
  expect(makespan([3, 3, 2, 2, 2], 2)).toBe(7);
  expect(makespan([1], 4)).toBe(1);
});
