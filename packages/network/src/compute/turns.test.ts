// A clock that the steps themselves turn: what is decided is tested, not how fast this machine is.
import type { Precision } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import { timeInTurns } from './turns.ts';

const CANDIDATES = ['fp32', 'fp32-winograd', 'bf16'] as const;

interface Machine {
  /** Milliseconds for a slice. */
  perSlice: Partial<Record<Precision, number>>;
  /** What a step takes more, by its number from 0. */
  disturbance?: (step: number) => number;
  batch?: number;
  budget?: number;
}

function timed({ perSlice, disturbance = () => 0, batch = 32, budget = 9000 }: Machine) {
  let clock = 1000;
  const steps: [Precision, number][] = [];
  const progress: number[] = [];
  const speeds = timeInTurns({
    candidates: CANDIDATES,
    batch,
    budget,
    now: () => clock,
    step: (precision, slices) => {
      clock += slices * (perSlice[precision] ?? 1) + disturbance(steps.length);
      steps.push([precision, slices]);
    },
    onStep: (done, total) => progress.push(done / total),
  });
  const speed = Object.fromEntries(speeds.perSecond.map((one) => [one.precision, Math.round(one.speed)]));
  return { ...speeds, speed, steps, progress, took: clock - 1000 };
}

test('steps of the real size are timed in turns, and the least counts', () => {
  const { speed, slices, steps, progress } = timed({
    perSlice: { fp32: 10, 'fp32-winograd': 8, bf16: 9 },
    // The first steps choose kernels, and so do those of another size; later ones meet other work on the machine.
    disturbance: (step) => ([0, 2, 4, 6, 7, 8].includes(step) ? 200 : step % 4 === 0 ? 500 : 0),
  });
  expect(slices).toBe(32);
  expect(speed).toEqual({ fp32: 100, 'fp32-winograd': 125, bf16: 111 });
  expect(steps.slice(0, 6).every(([, few]) => few === 4)).toBe(true);
  expect(steps.slice(6, 12).map(([precision]) => precision)).toEqual([...CANDIDATES, ...CANDIDATES]);
  expect(progress.at(-1)).toBe(1);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
});

test('what is clearly slower gets no more turns, not after one bad moment', () => {
  const { speed, steps } = timed({
    perSlice: { fp32: 30, 'fp32-winograd': 10, bf16: 10 },
    // The first step of bf16 at the real size meets other work.
    disturbance: (step) => (step === 8 ? 1000 : 0),
  });
  const turns = (precision: Precision) =>
    steps.filter(([one, slices]) => one === precision && slices > 4).length;
  expect(turns('fp32')).toBe(2);
  expect(turns('fp32-winograd')).toBe(5);
  expect(turns('bf16')).toBe(5);
  expect(speed).toEqual({ fp32: 33, 'fp32-winograd': 100, bf16: 100 });
});

test('a slow network is measured on fewer slices, within the budget', () => {
  const { slices, took, speed } = timed({ perSlice: { fp32: 150, 'fp32-winograd': 100, bf16: 70 } });
  expect(slices).toBeGreaterThanOrEqual(8);
  expect(slices).toBeLessThan(32);
  expect(took).toBeLessThanOrEqual(9000);
  expect(speed).toEqual({ fp32: 7, 'fp32-winograd': 10, bf16: 14 });
});

test('long first steps, which choose kernels, do not shrink the batch', () => {
  const { slices, speed, took } = timed({
    perSlice: { fp32: 60, 'fp32-winograd': 50, bf16: 20 },
    batch: 8,
    // The first three steps of a few slices, and the first three of the batch.
    disturbance: (step) => (step < 3 || (step >= 6 && step < 9) ? 700 : 0),
  });
  expect(slices).toBe(8);
  expect(speed).toEqual({ fp32: 17, 'fp32-winograd': 20, bf16: 50 });
  expect(took).toBeLessThanOrEqual(9000);
});

test('where even a few slices take long, one step each must do', () => {
  const { slices, took, steps, speed } = timed({
    perSlice: { fp32: 950, 'fp32-winograd': 700, bf16: 400 },
  });
  expect(slices).toBe(4);
  expect(took).toBeLessThanOrEqual(10_000);
  expect(steps.length).toBeLessThanOrEqual(4);
  expect(speed).toEqual({ fp32: 1, 'fp32-winograd': 1, bf16: 3 });
});

test('a batch of one slice is measured as it is', () => {
  const { slices, steps } = timed({ perSlice: {}, batch: 1 });
  expect(slices).toBe(1);
  expect(steps.every(([, one]) => one === 1)).toBe(true);
});
