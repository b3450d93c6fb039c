import { createModel } from '@radweave/models';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import { manualSeed, memoryStats, noGrad } from '@radweave/torch';
import { expect, test } from 'vitest';
import type { Compute } from '../compute/compute.ts';
import { makeBatch } from '../slices/batches.ts';
import type { SliceSet } from '../slices/slice-pixels.ts';
import { FrozenOutputs } from './frozen-outputs.ts';

const SIDE = 64;
const NORMALISATION = { mean: 0.5, std: 0.5 };
const COMPUTE: Compute = { device: 'cpu', precision: 'fp32', memoryFormat: 'channelsLast' };

/** Slices whose pixels tell their number. */
function sliceSet(count: number): SliceSet {
  const rows = Array.from({ length: count }, (_, i) => ({
    path: `${i}.png`,
    label: 0,
    patient: `${i}`,
    hospital: 'JM',
  }));
  const read = (positions: ArrayLike<number>): Uint8Array =>
    Uint8Array.from(
      { length: positions.length * SIDE * SIDE },
      (_, i) => (i * 7 + 31 * (positions[Math.floor(i / (SIDE * SIDE))] ?? 0)) % 256,
    );
  return { table: new SliceTable(rows), pixels: { width: SIDE, height: SIDE, bitDepth: 8, read } };
}

function outputs(frozenStages: number, bytes?: number) {
  manualSeed(1);
  const model = createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: SIDE }).freeze(frozenStages);
  model.train().to({ memoryFormat: 'channelsLast' });
  return { model, frozen: new FrozenOutputs(model, NORMALISATION, COMPUTE, bytes) };
}

function listening(stopAfter = Number.POSITIVE_INFINITY) {
  const seen: number[] = [];
  return {
    seen,
    onProgress: (done: number) => void seen.push(done),
    shouldStop: () => seen.length >= stopAfter,
  };
}

test('kept outputs are those of the frozen stages, in any order, channels last, and computed once', async () => {
  const { model, frozen } = outputs(2);
  const set = sliceSet(20);
  const events = listening();
  expect(frozen.of(set, [0])).toBeNull();
  expect(await frozen.prepare(set, events)).toBe(true);
  expect(await frozen.prepare(set, events)).toBe(true);
  expect(events.seen).toEqual([16, 20]);
  const positions = [19, 3, 3, 7];
  const kept = frozen.of(set, positions);
  const expected = noGrad(() =>
    model.forwardFrozen(makeBatch(set.pixels, positions, NORMALISATION, COMPUTE)),
  );
  expect(kept?.shape).toEqual([4, 128, 8, 8]);
  expect(kept?.isContiguous('channelsLast')).toBe(true);
  expect(kept?.sub(expected).abs().max().item()).toBeLessThan(1e-5);
  expect(kept?.requiresGrad).toBe(false);
  const logits = model.eval().forwardLearning(kept as NonNullable<typeof kept>);
  const whole = model.call(makeBatch(set.pixels, positions, NORMALISATION, COMPUTE));
  expect(logits.sub(whole).abs().max().item()).toBeLessThan(1e-5);
  const { tensors } = memoryStats();
  frozen.dispose();
  expect(memoryStats().tensors).toBe(tensors - 20);
  expect(frozen.of(set, [0])).toBeNull();
});

test('nothing is kept when it does not fit, nothing is frozen, or it was stopped', async () => {
  const set = sliceSet(20);
  // One byte less than 20 slices of 128 × 8 × 8 float32.
  const small = outputs(2, 20 * 128 * 8 * 8 * 4 - 1).frozen;
  expect(await small.prepare(set, listening())).toBe(true);
  expect(small.of(set, [0])).toBeNull();
  const none = outputs(0).frozen;
  expect(await none.prepare(set, listening())).toBe(true);
  expect(none.of(set, [0])).toBeNull();
  const stopped = outputs(2).frozen;
  expect(await stopped.prepare(set, listening(1))).toBe(false);
  expect(stopped.of(set, [0])).toBeNull();
});
