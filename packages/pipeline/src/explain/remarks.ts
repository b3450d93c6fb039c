import { IN_PART, type RandomisationCheck } from '@radweave/artifacts';
import type { FeatureNetwork } from '@radweave/network/open/feature-network';
import { type Remark, remark } from '@radweave/remarks';
import { type StageContext, say, warn } from '@radweave/study/context/events';

/** Fewer positions than this give maps of a few large blots. */
const COARSE = 16;

/** What to say of maps that show little; nothing where they are fine enough. */
export function coarseMaps(
  [height, width]: readonly [number, number],
  layer: string,
  { imageSize, model }: FeatureNetwork,
): Remark[] {
  if (height * width >= COARSE) return [];
  return [remark('coarse-maps', { layer, height, width, size: imageSize, layers: model.mapLayers })];
}

/** Says what the randomisation check found; warns where maps stay alike, also of a step before the last. */
export function sayCheck({ steps, passed, limit }: RandomisationCheck, context: StageContext): void {
  const last = steps.at(-1);
  if (last === undefined) return;
  const parts = last.randomised.join(', ');
  for (const { randomised, spearman } of passed === true ? steps.slice(0, -1) : []) {
    if (spearman === null || spearman < limit) continue;
    warn(
      context,
      `Randomisation check: with random ${randomised.join(', ')} alone the maps stay alike (rank correlation ` +
        `${spearman.toFixed(3)}): these weights hardly shape them.`,
    );
  }
  if (passed === null) {
    say(context, 'Randomisation check: no slice has maps that vary both before and after: inconclusive.');
  } else if (passed) {
    const inPart = last.spearman !== null && last.spearman >= IN_PART;
    say(
      context,
      `Randomisation check: with random ${parts} the maps change${inPart ? ' only in part' : ''} (rank correlation ` +
        `${last.spearman?.toFixed(3)}${inPart ? `, Radweave's own limit ${IN_PART}` : ''}).`,
    );
  } else {
    warn(
      context,
      `Randomisation check failed: with random ${parts} the maps stay alike (rank correlation ${last.spearman?.toFixed(3)}, ` +
        `Radweave's own limit ${limit}). They show the images more than what the network learned: do not read them as explanations.`,
    );
  }
}
