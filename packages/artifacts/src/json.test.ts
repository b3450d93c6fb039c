import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonFile, recordOf } from './json.ts';

const schema = z.object({
  list: z.array(z.string().min(1)),
  hashes: z.array(z.string().regex(/a/)).optional(),
  pairs: z
    .array(z.object({ a: z.int().min(0), b: z.string() }))
    .min(1)
    .optional(),
  nested: z.array(z.array(z.number()).min(1)),
  record: recordOf(z.number()),
});
const file = jsonFile(schema);
const RIGHT = { list: ['a'], nested: [[1]], record: { a: 1 } };

function messageOf(value: object): string {
  const path = join(tempDir(), 'a.json');
  writeFileSync(path, JSON.stringify({ ...RIGHT, ...value }));
  try {
    file.read(path);
  } catch (error) {
    return String(error);
  }
  return 'read';
}

test('a short file has all its faults told', () => {
  expect(messageOf({ list: [1, 2], nested: [[]] })).toMatch(
    /3 errors\n.*list\.0: .*\n.*list\.1: .*\n.*nested\.0: /,
  );
});

test('of a million wrong values the first is told, wherever they are, and no kilobyte is kept of each', () => {
  const ones = (n: number): number[] => new Array(n).fill(1);
  expect(messageOf({ list: new Array(100_000).fill('a') })).toBe('read');
  for (const [value, first] of [
    [{ list: ones(1_000_000) }, 'list.0: '],
    [{ list: ['a', ...new Array(100_000).fill('')] }, 'list.1: '],
    [{ hashes: new Array(100_000).fill('b') }, 'hashes.0: '],
    [{ pairs: ones(100_000).map(() => ({ a: -1, b: '' })) }, 'pairs.0.a: '],
    [{ nested: Array.from({ length: 1000 }, () => new Array(1000).fill('a')) }, 'nested.0.0: '],
    [{ record: Object.fromEntries(ones(100_000).map((_, i) => [i, 'a'])) }, 'record.0: '],
  ] as const) {
    const message = messageOf(value);
    expect(message).toContain(`expected fields: ${first}`);
    expect(message.length).toBeLessThan(1000);
  }
});
