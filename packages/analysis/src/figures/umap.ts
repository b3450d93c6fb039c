import { type Matrix, matrixFrom, Random, rowOf } from '@radweave/stats';
import { UMAP } from 'umap-js';
import { UMAP_NEIGHBOURS } from './umap-layout.ts';

/** Neighbours for n patients: 15, or all others where there are fewer. */
export function neighboursFor(patients: number): number {
  return Math.min(UMAP_NEIGHBOURS, patients - 1);
}

/**
 * UMAP of small cohorts (McInnes, Healy & Melville 2018) by Google's umap-js: 15 neighbours (fewer than patients), minimal distance 0.1.
 *
 * @returns patients × 2; the same for the same seed.
 */
export function umap(features: Matrix, seed: number): Matrix {
  const random = new Random(seed, 'umap');
  const map = new UMAP({
    nComponents: 2,
    nNeighbors: neighboursFor(features.rows),
    minDist: 0.1,
    random: () => random.uniform(),
  });
  const rows = Array.from({ length: features.rows }, (_, i) => Array.from(rowOf(features, i)));
  return matrixFrom(map.fit(rows));
}
