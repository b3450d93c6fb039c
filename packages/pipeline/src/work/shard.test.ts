import { expect, test } from 'vitest';
import { shardOf, shareOf } from './shard.ts';

test('shares are all items, each once, as even as they can be', () => {
  for (const [items, of] of [
    [10, 4],
    [3, 5],
    [0, 2],
    [7, 1],
  ] as const) {
    const shares = Array.from({ length: of }, (_, i) => shareOf(items, { number: i + 1, of }));
    expect(shares[0]?.[0]).toBe(0);
    expect(shares.at(-1)?.[1]).toBe(items);
    for (const [i, [from, to]] of shares.entries()) {
      if (i > 0) expect(from).toBe(shares[i - 1]?.[1]);
      expect(Math.abs(to - from - items / of)).toBeLessThan(1);
    }
  }
});

test('a shard is told by two numbers, or by that of an element of an array', () => {
  expect(shardOf('2/4', {})).toEqual({ number: 2, of: 4 });
  expect(shardOf('merge', {})).toBe('merge');
  expect(shardOf('auto/4', { SLURM_ARRAY_TASK_ID: '0' })).toEqual({ number: 1, of: 4 });
  expect(shardOf('auto/4', { JOB_COMPLETION_INDEX: '3' })).toEqual({ number: 4, of: 4 });
});

test.each([
  ['0/4', {}, 'Give 1/4 to 4/4'],
  ['5/4', {}, 'Give 1/4 to 4/4'],
  ['1', {}, 'Give 1/4 to 4/4'],
  ['1/0', {}, 'Give 1/4 to 4/4'],
  ['auto/4', {}, 'neither is set'],
  ['auto/4', { SLURM_ARRAY_TASK_ID: '4' }, 'must be 0 to 3, and this one is 4'],
  ['auto/4', { SLURM_ARRAY_TASK_ID: 'x' }, 'must be 0 to 3, and this one is x'],
])('refused: --shard %s', (text, env, hint) => {
  expect(() => shardOf(text, env)).toThrow(
    expect.objectContaining({ exitCode: 2, hint: expect.stringContaining(hint) }),
  );
});
