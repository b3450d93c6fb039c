import { type Matrix, matrixFrom, Random, rowOf } from '@radweave/stats';
import { UMAP } from 'umap-js';

/**
 * UMAP (McInnes, Healy & Melville 2018) by Google's umap-js: 15 neighbours (fewer than patients), minimal distance 0.1.
 *
 * @returns patients × 2; the same for the same seed.
 */
export function umap(features: Matrix, seed: number): Matrix {
  const random = new Random(seed, 'umap');
  const map = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(15, features.rows - 1),
    minDist: 0.1,
    random: () => random.uniform(),
  });
  const rows = Array.from({ length: features.rows }, (_, i) => Array.from(rowOf(features, i)));
  return matrixFrom(map.fit(rows));
}
