import type { RandomisationCheck } from '@radweave/artifacts';
import { type StageContext, say, warn } from '../engine/events.ts';
import type { FeatureNetwork } from '../features/network.ts';

/** Fewer positions than this give maps of a few large blots. */
const COARSE = 16;

/** What to say of maps that show little; nothing where they are fine enough. */
export function coarseMaps(
  [height, width]: readonly [number, number],
  layer: string,
  { imageSize, model }: FeatureNetwork,
): string[] {
  if (height * width >= COARSE) return [];
  return [
    `maps of layer ${layer} have only ${height}×${width} values for ${imageSize}×${imageSize} pixels: ` +
      `read them as such, or give an earlier --layer (${model.mapLayers.join(', ')})`,
  ];
}

/** Says whether the maps passed the randomisation check; warns when not. */
export function sayCheck({ steps, passed, limit }: RandomisationCheck, context: StageContext): void {
  const last = steps.at(-1);
  if (last === undefined) return;
  const parts = last.randomised.join(', ');
  if (passed === null) {
    say(context, 'Randomisation check: no slice has maps that vary both before and after; it tells nothing.');
  } else if (passed) {
    say(
      context,
      `Randomisation check: with random ${parts} the maps change (rank correlation ${last.spearman?.toFixed(2)}).`,
    );
  } else {
    warn(
      context,
      `Randomisation check failed: with random ${parts} the maps stay alike (rank correlation ${last.spearman?.toFixed(2)}, ` +
        `limit ${limit}). They show the images more than what the network learned: do not read them as explanations.`,
    );
  }
}
