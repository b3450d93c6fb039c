import type { ProcessGroup } from '@radweave/torch';
import { expect, test } from 'vitest';
import { inBatches } from '../slices/batches.ts';
import { Ranks } from './ranks.ts';

/** Ranks that have what `sum` gives for their sums. */
function ranksOf(size: number, sum: (values: ArrayLike<number>) => number[]): Ranks[] {
  return Array.from({ length: size }, (_, rank) => new Ranks({ rank, size, sum } as unknown as ProcessGroup));
}

const SIZES = [1, 2, 3, 5, 8];
const LENGTHS = [1, 2, 7, 8, 23, 40];
const BATCH = 4;

test('processes part every batch of training, and all batches of validation: no slice is lost or counted twice', () => {
  for (const size of SIZES) {
    const ranks = ranksOf(size, () => []);
    for (const length of LENGTHS) {
      const order = Uint32Array.from({ length }, (_, i) => 100 + i);
      for (const batch of inBatches(order, BATCH)) {
        const shares = ranks.map((one) => one.share(batch));
        expect(shares.flatMap(({ positions, count }) => [...positions.subarray(0, count)])).toEqual([
          ...batch,
        ]);
        for (const { positions, from, count } of shares) {
          // One that counts nothing has a slice all the same: it must take part.
          expect(positions.length).toBe(Math.max(count, 1));
          if (count > 0) expect(batch[from]).toBe(positions[0]);
        }
      }
      const predicted = ranks.flatMap((one) => [...one.predicted(order, BATCH)]);
      expect(predicted.sort((a, b) => a - b)).toEqual([...order]);
    }
  }
});

test('what each process predicts comes together in the order of one alone', () => {
  const classes = 2;
  for (const size of SIZES) {
    for (const length of LENGTHS) {
      const order = Uint32Array.from({ length }, (_, i) => length - 1 - i);
      const resultOf = (positions: Uint32Array) => ({
        positions,
        loss: 1 + (positions[0] ?? 0),
        probabilities: Float32Array.from([...positions].flatMap((at) => [at, at + 0.5])),
      });
      const parts: number[][] = [];
      const told = ranksOf(size, (values) => {
        parts.push(Array.from(values));
        return Array.from(values);
      });
      for (const one of told) {
        const own = [...inBatches(one.predicted(order, BATCH), BATCH)].map(resultOf);
        one.all(order, BATCH, classes, own);
      }
      const sums = (parts[0] ?? []).map((_, i) => parts.reduce((sum, part) => sum + (part[i] ?? 0), 0));
      const [first] = ranksOf(size, () => sums);
      const expected = [...inBatches(order, BATCH)].map(resultOf);
      expect(first?.all(order, BATCH, classes, [])).toEqual(expected);
    }
  }
});
