import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Beside } from './beside.ts';

/** Work that is done when it is told to be. */
function held(): { beside: Beside<string>; done: string[]; finishOne: () => Promise<void> } {
  const done: string[] = [];
  const under: (() => void)[] = [];
  const beside = new Beside<string>(
    async (piece) => {
      await new Promise<void>((resolve) => under.push(resolve));
      done.push(piece);
    },
    (older, newer) => `${older}+${newer}`,
  );
  const finishOne = async (): Promise<void> => {
    under.shift()?.();
    await wait(1);
  };
  return { beside, done, finishOne };
}

test('work continues beside the caller; what comes meanwhile waits as one piece', async () => {
  const { beside, done, finishOne } = held();
  for (const piece of ['1', '2', '3']) beside.add(piece);
  expect(done).toEqual([]);
  expect(beside.pieces).toEqual({ underWay: '1', waiting: '2+3' });
  await finishOne();
  expect(beside.pieces).toEqual({ underWay: '2+3', waiting: null });
  const finished = beside.finished();
  await finishOne();
  await finished;
  expect(done).toEqual(['1', '2+3']);
  beside.add('4');
  await finishOne();
  await beside.finished();
  expect(done).toEqual(['1', '2+3', '4']);
});

test('an error is thrown once, to who next asks, ends no process before, and what waited is not done', async () => {
  const done: string[] = [];
  const beside = new Beside<string>(
    async (piece) => {
      await wait(1);
      if (piece === 'bad') throw new Error('disk full');
      done.push(piece);
    },
    (older, newer) => `${older}+${newer}`,
  );
  beside.add('bad');
  beside.add('after');
  await wait(20);
  expect(() => beside.check()).toThrow('disk full');
  await beside.finished();
  expect(done).toEqual([]);
  beside.add('bad');
  await expect(beside.finished()).rejects.toThrow('disk full');
  beside.add('bad');
  await beside.settled();
  beside.add('good');
  await beside.finished();
  expect(done).toEqual(['good']);
});
