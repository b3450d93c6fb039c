import { DataError, InterruptedError } from '@radweave/artifacts';
import type { StageContext, StageEvent } from '@radweave/study/context/events';
import { expect, test } from 'vitest';
import { paced, requireFinite, stagePace } from './inference.ts';

const stopped = (): InterruptedError => new InterruptedError('stopped');

function listening(stopAfter = Number.POSITIVE_INFINITY): StageContext & { events: StageEvent[] } {
  const events: StageEvent[] = [];
  return { events, emit: (event) => events.push(event), shouldStop: () => events.length >= stopAfter };
}

test('batches come in order, the last may be shorter, and progress is told after each', async () => {
  const context = listening();
  const batches: number[][] = [];
  for await (const positions of paced(Uint32Array.of(4, 2, 9), stagePace(context, 2, 'reading', stopped))) {
    expect(context.events).toHaveLength(batches.length);
    batches.push([...positions]);
  }
  expect(batches).toEqual([[4, 2], [9]]);
  expect(context.events).toEqual([
    { kind: 'progress', task: 'reading', done: 2, total: 3 },
    { kind: 'progress', task: 'reading', done: 3, total: 3 },
  ]);
});

test('a request to stop is heard before a batch, and other work gets its turn between two', async () => {
  let turns = 0;
  const seen: { position: number; turns: number }[] = [];
  const run = async (): Promise<void> => {
    const pace = stagePace(listening(2), 1, 'reading', stopped);
    for await (const [position = 0] of paced(Uint32Array.of(7, 8, 9), pace)) {
      seen.push({ position, turns });
      setImmediate(() => turns++);
    }
  };
  await expect(run()).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  expect(seen).toEqual([
    { position: 7, turns: 0 },
    { position: 8, turns: 1 },
  ]);
});

test('a value that is not finite is the fault that is named', () => {
  const fault = (): DataError => new DataError('E_FEATURES_NOT_FINITE', 'of x', {});
  requireFinite(Float32Array.of(0, -1, 3e38), fault);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => requireFinite([0, value], fault)).toThrow('of x');
  }
});
