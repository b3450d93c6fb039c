import { expect, test } from 'vitest';
import { corpusOf } from './execute.mjs';
import { fuzz } from './fuzz.mjs';

/** All readers together; more is done by `npm run campaign -- fuzz`. */
const SECONDS = 30;

test('every reader takes or refuses damaged and hostile files in its own words, soon, and without filling the memory', async () => {
  const { executions, faults } = await fuzz({ seconds: SECONDS, seed: 1, say: () => undefined });
  expect(faults).toEqual([]);
  for (const [name, count] of Object.entries(executions)) {
    expect(count, name).toBeGreaterThanOrEqual(corpusOf(name).length);
  }
}, 300_000);
