import type { Matrix } from '../core/matrix.ts';
import { type SparseAffinities, sparseAffinities } from './affinities.ts';
import type { Neighbours } from './neighbours.ts';
import { Quadtree } from './quadtree.ts';
import { descend } from './tsne-descent.ts';

/** Perplexity for n patients: min(30, ⌊(n − 1) / 3⌋). */
export function perplexityFor(patients: number): number {
  return Math.min(30, Math.floor((patients - 1) / 3));
}

/** Neighbours that {@link tsne} looks at, for a perplexity: three times as many, as scikit-learn does. */
export function neighboursForPerplexity(perplexity: number): number {
  return 3 * perplexity;
}

/**
 * t-SNE by Barnes and Hut's approximation (van der Maaten, JMLR 2014), as scikit-learn's default, with angle 0.5:
 * patients attract their nearest neighbours alone, and distant groups repel as one body. Its cost grows as n log n. Nothing is
 * random.
 *
 * Own code: the t-SNE of npm (tsne-js, @keckelt/tsne, druidjs) are exact, which 2,000 patients wait minutes for.
 *
 * @param start patients × 2 starting coordinates, such as the first principal components; scaled here to a spread of 1e-4.
 * @returns patients × 2.
 */
export function tsne(neighbours: Neighbours, start: Matrix, perplexity: number): Matrix {
  const affinities = sparseAffinities(neighbours, perplexity);
  const tree = new Quadtree(start.rows);
  const forces = new Float64Array(2 * start.rows);
  return descend(start, (at, exaggeration, gradient) => {
    tree.build(at);
    const total = tree.repulsion(at, forces);
    attract(affinities, at, exaggeration, gradient);
    for (let i = 0; i < gradient.length; i++) {
      gradient[i] = 4 * ((gradient[i] as number) - (forces[i] as number) / total);
    }
  });
}

/** Σⱼ exaggeration · pᵢⱼ wᵢⱼ (yᵢ − yⱼ) over a point's neighbours. */
function attract(
  { starts, columns, values }: SparseAffinities,
  points: Matrix,
  exaggeration: number,
  gradient: Float64Array,
): void {
  const y = points.data;
  for (let i = 0; i < points.rows; i++) {
    const x = y[2 * i] as number;
    const z = y[2 * i + 1] as number;
    let gx = 0;
    let gy = 0;
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at++) {
      const j = columns[at] as number;
      const dx = x - (y[2 * j] as number);
      const dy = z - (y[2 * j + 1] as number);
      const pull = (values[at] as number) / (1 + dx * dx + dy * dy);
      gx += pull * dx;
      gy += pull * dy;
    }
    gradient[2 * i] = exaggeration * gx;
    gradient[2 * i + 1] = exaggeration * gy;
  }
}
