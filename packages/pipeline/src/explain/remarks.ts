import { IN_PART, type RandomisationCheck } from '@radweave/artifacts';
import type { MapSource } from '@radweave/network/explain/maps';
import { and, type Remark, remark } from '@radweave/remarks';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { finerLayers } from './layers.ts';

/** Fewer positions than this give maps of a few large blots. */
const COARSE = 16;

/** What to say of maps that show little; nothing where they are fine enough. */
export function coarseMaps(grid: readonly [number, number], { network, layer, method }: MapSource): Remark[] {
  const [height, width] = grid;
  if (height * width >= COARSE) return [];
  const layers = finerLayers(network, method, grid);
  return [remark('coarse-maps', { layer, height, width, size: network.imageSize, layers })];
}

/** Says what the randomisation check found; warns where maps stay alike, also of a step before the last. */
export function sayCheck({ steps, passed, limit }: RandomisationCheck, context: StageContext): void {
  const last = steps.at(-1);
  if (last === undefined) return;
  const parts = and(last.randomised);
  const alike = steps.slice(0, -1).findLast(({ spearman }) => spearman !== null && spearman >= limit);
  if (passed !== false && alike !== undefined) {
    warn(
      context,
      `Randomisation check: with the weights of ${and(alike.randomised)} random the maps stay alike (rank correlation ` +
        `${alike.spearman?.toFixed(3)}): these weights hardly shape them.`,
    );
  }
  if (passed === null) {
    say(
      context,
      `Randomisation check: with ${parts} random no slice has maps that vary both before and after, so the check says nothing of them.`,
    );
  } else if (passed) {
    const inPart = last.spearman !== null && last.spearman >= IN_PART;
    say(
      context,
      `Randomisation check: with ${parts} random the maps change${inPart ? ' only in part' : ''} (rank correlation ` +
        `${last.spearman?.toFixed(3)}${inPart ? `, Radweave's own limit ${IN_PART}` : ''}).`,
    );
  } else {
    warn(
      context,
      `Randomisation check failed: with ${parts} random the maps stay alike (rank correlation ${last.spearman?.toFixed(3)}, ` +
        `Radweave's own limit ${limit}). They show the images more than what the network learned: do not read them as explanations.`,
    );
  }
}
