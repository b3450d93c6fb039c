import { Random } from '@radweave/stats';
import { dispatch, fromTypedArray, ones, type Tensor } from '@radweave/torch';
import { expect, test } from 'vitest';
import type { Compute } from '../compute/compute.ts';
import { type Augmentation, augment } from './augment.ts';
import { augmentationStream, epochOrder, inBatches, makeBatch } from './batches.ts';
import type { SlicePixels } from './slice-pixels.ts';

const CPU: Compute = { device: 'cpu', precision: 'fp32', memoryFormat: 'contiguous' };
const PLAIN = { mean: 0, std: 1 };
const OFF: Augmentation = {
  horizontalFlip: false,
  verticalFlip: false,
  rotationDegrees: 0,
  translation: 0,
  scale: 0,
  brightness: 0,
  contrast: 0,
  randomErasing: 0,
};

const mirrored = (slice: Tensor, dim: number): Tensor => dispatch('flip', slice, [dim]);

/** Three slices of 8×8 pixels that count up. */
function source(bitDepth: 8 | 16): SlicePixels {
  const all = Array.from({ length: 3 * 64 }, (_, i) => (bitDepth === 8 ? i : i * 300));
  const read = (positions: ArrayLike<number>): Uint8Array | Uint16Array => {
    const picked = Array.from(positions, (p) => all.slice(p * 64, (p + 1) * 64)).flat();
    return bitDepth === 8 ? Uint8Array.from(picked) : Uint16Array.from(picked);
  };
  return { width: 8, height: 8, bitDepth, read };
}

function values(batch: Tensor): number[] {
  return Array.from(batch.toFloat32Array());
}

test('8-bit pixels are divided by 255 and 16-bit by 65535, then normalised', () => {
  const eight = makeBatch(source(8), [2, 0], { mean: 0.5, std: 0.25 }, CPU);
  expect(eight.shape).toEqual([2, 1, 8, 8]);
  expect(values(eight)[0]).toBeCloseTo((128 / 255 - 0.5) / 0.25, 6);
  expect(values(eight)[64]).toBeCloseTo(-2, 6);
  const sixteen = makeBatch(source(16), [2], PLAIN, CPU);
  expect(values(sixteen)[63]).toBeCloseTo((191 * 300) / 65535, 6);
});

test('convolutions see which layout a batch of one channel has', () => {
  for (const memoryFormat of ['contiguous', 'channelsLast'] as const) {
    const batch = makeBatch(source(8), [0, 1], PLAIN, { ...CPU, memoryFormat });
    const stem = dispatch('conv2d', batch, ones([4, 1, 3, 3]), null, [1, 1], [1, 1], [1, 1], 1);
    expect(stem.isContiguous(memoryFormat)).toBe(true);
  }
});

test('a flip turns left and right, exactly', () => {
  const slice = fromTypedArray(
    Float32Array.from({ length: 64 }, (_, i) => i / 64),
    [1, 1, 8, 8],
  );
  const always = (): number => 0;
  const flipped = augment(slice, { ...OFF, horizontalFlip: true }, [always]);
  const expected = values(mirrored(slice, 3));
  values(flipped).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5);
  });
});

test('a rotation by 90° is a rotation by 90°, and corners are black', () => {
  const slice = fromTypedArray(
    Float32Array.from({ length: 64 }, (_, i) => (i + 1) / 64),
    [1, 1, 8, 8],
  );
  const quarter = augment(slice, { ...OFF, rotationDegrees: 90 }, [() => 1 - 1e-12]);
  const left = values(mirrored(slice.transpose(2, 3), 2));
  const right = values(mirrored(slice.transpose(2, 3), 3));
  const isOneOf = [left, right].some((wanted) =>
    values(quarter).every((value, i) => Math.abs(value - (wanted[i] ?? 0)) < 1e-4),
  );
  expect(isOneOf).toBe(true);
  const bright = fromTypedArray(new Float32Array(64 * 64).fill(1), [1, 1, 64, 64]);
  const turned = values(augment(bright, { ...OFF, rotationDegrees: 45 }, [() => 1 - 1e-12]));
  expect(turned[0]).toBe(0);
  expect(turned[32 * 64 + 32]).toBeCloseTo(1, 5);
});

test('every option keeps values in 0–1 and the same stream gives the same slice', () => {
  const all: Augmentation = {
    horizontalFlip: true,
    verticalFlip: true,
    rotationDegrees: 20,
    translation: 0.2,
    scale: 0.2,
    brightness: 0.5,
    contrast: 0.5,
    randomErasing: 1,
  };
  const slice = fromTypedArray(
    Float32Array.from({ length: 256 }, (_, i) => i / 255),
    [1, 1, 16, 16],
  );
  const draw = (): (() => number) => {
    const random = new Random(3, 'a');
    return () => random.uniform();
  };
  const first = values(augment(slice, all, [draw()]));
  expect(Math.min(...first)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...first)).toBeLessThanOrEqual(1);
  expect(first).not.toEqual(values(slice));
  expect(values(augment(slice, all, [draw()]))).toEqual(first);
});

test('a slice is changed the same whatever batch it is in', () => {
  const stream = augmentationStream(42, 5);
  const changes = { augmentation: { ...OFF, rotationDegrees: 15, horizontalFlip: true }, stream };
  const together = values(makeBatch(source(8), [0, 1, 2], PLAIN, CPU, changes));
  const alone = values(makeBatch(source(8), [1], PLAIN, CPU, changes));
  alone.forEach((value, i) => {
    expect(value).toBeCloseTo(together[64 + i] ?? Number.NaN, 6);
  });
});

test('an epoch has each slice once, in an order of its own', () => {
  const first = epochOrder(100, 1, 42, true);
  expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(epochOrder(100, 1, 42, true)).toEqual(first);
  expect(epochOrder(100, 2, 42, true)).not.toEqual(first);
  expect([...epochOrder(3, 1, 42, false)]).toEqual([0, 1, 2]);
  expect([...inBatches(first, 32)].map((batch) => batch.length)).toEqual([32, 32, 32, 4]);
  expect([...inBatches(first, 32, 2)]).toHaveLength(2);
});
