import type { RandomisationCheck, RandomisationStep } from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import { evenly } from './evenly.ts';
import { type MapSource, sliceMaps } from './maps.ts';
import { randomisedNetworks } from './randomise.ts';
import { mapSimilarity } from './similarity.ts';

/** From this mean rank correlation on, maps count as unchanged. A convention: the paper gives no limit. */
const LIMIT = 0.8;

/** Slices the check looks at; more change its means little. */
const SLICES = 24;

/** A slice to check, with the class to explain. */
export interface CheckedSlice {
  position: number;
  explained: number;
}

/** `SLICES` of them, evenly spread. */
export function checkedSlices(all: readonly CheckedSlice[]): CheckedSlice[] {
  return evenly(all, SLICES);
}

/**
 * Compares the maps with those of the same network after its top parts were given random weights, one part more at each
 * step (Adebayo et al. 2018, arXiv:1810.03292). Maps that stay alike do not depend on what the network learned.
 */
export async function checkByRandomisation(
  source: MapSource,
  slices: readonly CheckedSlice[],
  seed: number,
  context: StageContext,
): Promise<RandomisationCheck> {
  const positions = slices.map(({ position }) => position);
  const classes = slices.map(({ explained }) => explained);
  const trained = await sliceMaps(source, positions, classes, context);
  const { network } = source;
  const steps: RandomisationStep[] = [];
  for (const { randomised, model } of randomisedNetworks(network.model, network, seed)) {
    const { maps } = await sliceMaps(source, positions, classes, context, model);
    const { spearman, compared, ssim } = mapSimilarity(trained.maps, maps, network.imageSize);
    steps.push({ randomised, spearman, spearman_slices: compared, ssim });
  }
  const last = steps.at(-1)?.spearman ?? null;
  return { slices: slices.length, seed, steps, limit: LIMIT, passed: last === null ? null : last < LIMIT };
}
