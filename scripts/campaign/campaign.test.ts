import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { trials } from './campaign.mjs';
import { Campaign } from './trial.mjs';

/** Those that take a second; the others are hurt by `npm run campaign`. */
const only = [
  ...['import', 'weights', 'setup', 'preprocess', 'preprocess again', 'train', 'align'],
  ...['fuse', 'fuse again'],
];

const LIMIT_MS = 600_000;

const isLinux = process.platform === 'linux';
const say = (): void => undefined;
const work = mkdtempSync(join(tmpdir(), 'radweave-campaign-'));
const run = new Campaign(work);

beforeAll(async () => {
  if (isLinux) await run.prepare({ only, reads: false, say });
}, LIMIT_MS);
afterAll(() => {
  run.close();
  rmSync(work, { recursive: true, force: true });
});

for (const [name, kind, n] of [
  [
    'killed before any file operation, a command run again leaves what an uninterrupted one does',
    'kills',
    36,
  ],
  ['a full disk gives one error with path and remedy, spoils nothing, and is got over', 'full', 18],
] as const) {
  test(
    name,
    async (context) => {
      if (!isLinux) context.skip('only Linux has LD_PRELOAD');
      const { trials: count, hits, faults } = await trials(run, kind, { n, seed: 1, timedPart: 0, say });
      expect(faults).toEqual([]);
      expect(count).toBe(n);
      // The order of operations in several threads is not always the same, and the last ones may not be reached.
      expect(hits).toBeGreaterThan(count - 5);
    },
    LIMIT_MS,
  );
}
