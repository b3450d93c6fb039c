import { expect, test } from 'vitest';
import { growth } from './growth.mjs';
import { soak } from './soak.mjs';

const ROUNDS = 8;

/**
 * What is freed goes back to the system, so that what remains is held: a process keeps it otherwise for what comes next, more in one
 * round than in another.
 */
const environment = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '0', MALLOC_MMAP_THRESHOLD_: '65536' };

test('memory, handles, open files and threads of a process that trains again and again stay as they are', async (context) => {
  if (process.platform !== 'linux') context.skip('only Linux has /proc');
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const samples = await soak({ rounds: ROUNDS, seconds: 3600, isWhole: false, environment, say });
  expect(samples).toHaveLength(ROUNDS);
  const growing = growth(samples).filter(({ isGrowing }) => isGrowing);
  expect(growing, lines.join('\n')).toEqual([]);
}, 600_000);
