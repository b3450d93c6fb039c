import { expect, test } from 'vitest';
import { campaign } from './campaign.mjs';

/** Those that take a second; the others are hurt by `npm run campaign`. */
const only = ['import', 'weights', 'setup', 'preprocess', 'train', 'align', 'fuse'];

const LIMIT_MS = 600_000;

test(
  'killed before any file operation, a command run again leaves what an uninterrupted one does',
  async (context) => {
    if (process.platform !== 'linux') context.skip('only Linux has LD_PRELOAD');
    const say = (): void => undefined;
    const { trials, hits, faults } = await campaign('kills', { n: 42, seed: 1, only, timedPart: 0, say });
    expect(faults).toEqual([]);
    expect(trials).toBe(42);
    // The order of operations in several threads is not always the same, and the last ones may not be reached.
    expect(hits).toBeGreaterThan(trials - 5);
  },
  LIMIT_MS,
);
