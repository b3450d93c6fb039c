import { expect, test } from 'vitest';
import { growth } from './growth.mjs';
import { soak } from './soak.mjs';

/** Of a few rounds one step of the memory looks like a trend: where something seems to grow, more rounds decide. */
const ROUNDS = [8, 24];

/**
 * What is freed goes back to the system, so that what remains is held: a process keeps it otherwise for what comes next, more in one
 * round than in another.
 */
const environment = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '0', MALLOC_MMAP_THRESHOLD_: '65536' };

test('memory, handles, open files and threads of a process that trains again and again stay as they are', async (context) => {
  if (process.platform !== 'linux') context.skip('only Linux has /proc');
  for (const rounds of ROUNDS) {
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    const samples = await soak({ rounds, seconds: 3600, isWhole: false, environment, say });
    expect(samples).toHaveLength(rounds);
    const growing = growth(samples).filter(({ isGrowing }) => isGrowing);
    if (growing.length === 0) return;
    if (rounds === ROUNDS.at(-1)) expect(growing, lines.join('\n')).toEqual([]);
  }
}, 1_200_000);
