import { expect, test } from 'vitest';
import { saidByAll, shardOf, shareOf } from './shard.ts';

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
  // One that is empty is as good as not set.
  const both = { SLURM_ARRAY_TASK_ID: '', JOB_COMPLETION_INDEX: '2' };
  expect(shardOf('auto/4', both)).toEqual({ number: 3, of: 4 });
});

test.each<[text: string, env: NodeJS.ProcessEnv, hint: string]>([
  ['0/4', {}, 'Give 1/4 to 4/4'],
  ['5/4', {}, 'Give 1/4 to 4/4'],
  ['1', {}, 'Give 1/4 to 4/4'],
  ['1/0', {}, 'Give 1/4 to 4/4'],
  ['auto/4', {}, 'neither is set'],
  ['auto/4', { SLURM_ARRAY_TASK_ID: '' }, 'neither is set'],
  ...['4', 'x', '1.5', '-1', '0x1', ' ', '1e0'].map((told): [string, NodeJS.ProcessEnv, string] => [
    'auto/4',
    { SLURM_ARRAY_TASK_ID: told },
    `must be whole numbers from 0 to 3, and this one is ${told}`,
  ]),
])('refused: --shard %s', (text, env, hint) => {
  expect(() => shardOf(text, env)).toThrow(
    expect.objectContaining({ exitCode: 2, hint: expect.stringContaining(hint) }),
  );
});

test('parts that were not computed alike are refused with what differs', () => {
  const said = (threads: string, weights: string, device = 'cuda:0') => ({
    checkpoint_sha256: weights,
    versions: { device, threads },
  });
  expect(
    saidByAll([
      ['a', said('1', 'x')],
      ['b', said('1', 'x', 'cuda:1')],
    ]),
  ).toEqual(said('1', 'x'));
  const refused = (other: ReturnType<typeof said>) =>
    expect(() =>
      saidByAll([
        ['a', said('1', 'x')],
        ['b', other],
      ]),
    );
  refused(said('2', 'x')).toThrow('the parts a and b differ in threads (1 and 2)');
  refused(said('1', 'y', 'cpu')).toThrow('differ in checkpoint_sha256 and device (cuda and cpu)');
});
