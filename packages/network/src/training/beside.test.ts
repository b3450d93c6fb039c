import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Beside } from './beside.ts';

test('work goes on beside the caller until it is waited for', async () => {
  const beside = new Beside();
  const done: string[] = [];
  beside.start(async () => {
    await wait(5);
    done.push('written');
  });
  done.push('training');
  await beside.finished();
  expect(done).toEqual(['training', 'written']);
});

test('an error is thrown once, to who next waits, and ends no process before', async () => {
  const beside = new Beside();
  beside.start(() => Promise.reject(new Error('disk full')));
  await wait(5);
  await expect(beside.finished()).rejects.toThrow('disk full');
  await beside.finished();
  beside.start(() => Promise.reject(new Error('disk full')));
  await beside.settled();
});
