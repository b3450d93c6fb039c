import type { Config, TrialSettings } from '@radweave/artifacts';
import { Random } from '@radweave/stats';
import type { Dimension } from './space.ts';

/**
 * The settings of all trials, no two alike: fewer than asked for where the space has no more. More trials begin with the same ones,
 * and each key has numbers of its own, whatever else is searched.
 */
export function drawTrials(space: readonly Dimension[], { trials, seed }: Config['tune']): TrialSettings[] {
  const size = Math.min(
    trials,
    space.reduce((product, dimension) => product * dimension.size, 1),
  );
  const streams = space.map(({ key }) => new Random(seed, `tune/${key}`));
  const drawn = new Map<string, TrialSettings>();
  while (drawn.size < size) {
    const settings = Object.fromEntries(
      space.map(({ key, draw }, i) => [key, draw(streams[i]?.uniform() ?? 0)]),
    );
    const name = JSON.stringify(settings);
    if (!drawn.has(name)) drawn.set(name, settings);
  }
  return [...drawn.values()];
}
