import { DataError } from '@radweave/artifacts';
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

/** Processes that hear each other, each call when all have come to it. */
function hearing(size: number): Ranks[] {
  const calls: Uint8Array[][] = [];
  return Array.from({ length: size }, (_, rank) => {
    let call = 0;
    // What others say later is as nothing: a test lets them speak in the order of their ranks.
    const allGather = (bytes: Uint8Array): Uint8Array[] => {
      const said = calls[call] ?? Array.from({ length: size }, () => new Uint8Array());
      calls[call++] = said;
      said[rank] = bytes;
      return said;
    };
    return new Ranks({ rank, size, allGather } as unknown as ProcessGroup);
  });
}

const FAULTS: [error: Error, heard: object][] = [
  [
    new DataError('E_IMAGES', 'a slice is torn', { where: 'a.png', hint: 'Copy it' }),
    { exitCode: 3, code: 'E_IMAGES', message: 'process 0: a slice is torn (a.png). Copy it' },
  ],
  [
    Object.assign(new Error('no space'), { code: 'ENOSPC', path: '/x' }),
    { code: 'ENOSPC', path: '/x', message: 'process 0: no space' },
  ],
  // As of weights that cannot be had: such an error says all in its message.
  [
    Object.assign(new Error('no connection. Put the file into the cache'), { exitCode: 5 }),
    { exitCode: 5, message: 'process 0: no connection. Put the file into the cache' },
  ],
];

test.each(FAULTS)('what the first process cannot do ends the others too: %s', async (error, heard) => {
  const fails = (): never => {
    throw error;
  };
  for (const ask of [
    (one: Ranks) => one.eachDoes(() => (one.rank === 0 ? fails() : 1)),
    (one: Ranks) => one.inTurn(async () => (one.rank === 0 ? fails() : 1)),
    async (one: Ranks) => one.fromFirst(fails),
  ]) {
    const [first, second] = hearing(2);
    if (first === undefined || second === undefined) throw new Error('no ranks');
    await expect(ask(first)).rejects.toBe(error);
    await expect(ask(second)).rejects.toMatchObject(heard);
  }
});

test('a process that fails says why, also where the others are gone', async () => {
  const allGather = (): never => {
    throw new Error('connection closed');
  };
  const one = new Ranks({ rank: 1, size: 2, allGather } as unknown as ProcessGroup);
  const torn = new DataError('E_IMAGES', 'a slice is torn');
  await expect(one.eachDoes(() => Promise.reject(torn))).rejects.toBe(torn);
  await expect(one.eachDoes(() => 1)).rejects.toThrow('connection closed');
});
