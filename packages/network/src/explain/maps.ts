import { DataError } from '@radweave/artifacts';
import type { ImageModel } from '@radweave/models';
import type { StageContext } from '@radweave/study/context/events';
import { tidy } from '@radweave/torch';
import type { FeatureNetwork } from '../open/feature-network.ts';
import { makeBatch } from '../slices/batches.ts';
import { paced, requireFinite, stagePace } from '../slices/inference.ts';
import type { SlicePixels } from '../slices/slice-pixels.ts';
import { classMaps, type MapPlace } from './class-maps.ts';
import { stopped } from './probabilities.ts';

export interface MapSource extends MapPlace {
  network: FeatureNetwork;
  pixels: SlicePixels;
  batchSize: number;
}

/** The maps of some slices, in their order, and the size they had before they were enlarged. */
export interface SliceMaps {
  maps: Float32Array[];
  grid: [number, number];
}

/**
 * The heat maps of slices.
 *
 * @param classes the class to explain of each slice.
 * @param model in the place of the network's own, built alike.
 * @throws InterruptedError when told to stop; DataError when a map is not finite.
 */
export async function sliceMaps(
  { network, layer, method, pixels, batchSize }: MapSource,
  positions: readonly number[],
  classes: readonly number[],
  context: StageContext,
  model: ImageModel = network.model,
): Promise<SliceMaps> {
  const maps: Float32Array[] = [];
  let grid: [number, number] = [1, 1];
  const pace = stagePace(context, batchSize, null, stopped);
  for await (const batch of paced(Uint32Array.from(positions), pace)) {
    const wanted = classes.slice(maps.length, maps.length + batch.length);
    const found = tidy(() => {
      const x = makeBatch(pixels, batch, network.normalisation, network.compute);
      return classMaps(model, x, { layer, method }, wanted);
    });
    grid = found.grid;
    maps.push(...found.maps);
  }
  for (const map of maps) requireFinite(map, () => notFinite(layer));
  return { maps, grid };
}

function notFinite(layer: string): DataError {
  return new DataError('E_MAPS_NOT_FINITE', `the maps of layer ${layer} hold NaN or infinite values`, {
    hint: 'Use another --layer; if that does not help, the checkpoint is damaged; train again',
  });
}
