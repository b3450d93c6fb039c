import { fitPca, fitStandardScaler, type Matrix, pcaTransform, standardise, takeRows } from '@radweave/stats';
import type { PatientFeatures } from './patients.ts';
import { perplexityFor, tsne } from './tsne.ts';

/** Ways to draw features in the plane. */
export const METHODS = ['pca', 'tsne', 'umap'] as const;
export type Method = (typeof METHODS)[number];

/** Fewest patients whose neighbourhoods can be drawn: perplexity 1 needs 4. */
const LEAST_PATIENTS = 5;

/** A map of patients, or why there is none. */
export type Embedding =
  | { points: Matrix; axes: [string, string]; note: string }
  | { points: null; reason: string };

/**
 * Places patients in the plane by their standardised features. Scaling and principal components are fitted on the training patients
 * alone and applied to all; t-SNE and UMAP have no such thing and look at all patients at once, which is said beside them.
 */
export async function embed(
  { patients, features }: PatientFeatures,
  method: Method,
  seed: number,
): Promise<Embedding> {
  const n = patients.length;
  if (n < LEAST_PATIENTS)
    return { points: null, reason: `${n} patients are too few (at least ${LEAST_PATIENTS})` };
  const train = patients.flatMap(({ split }, row) => (split === 'train' ? [row] : []));
  const scaler = fitStandardScaler(takeRows(features, train));
  if (scaler.value === null) return { points: null, reason: scaler.reason };
  const scaled = standardise(scaler.value, features);
  if (method === 'pca') return trainedPca(scaled, train);
  const note = `all ${n} patients together, labels unused`;
  if (method === 'umap') {
    const { umap } = await import('./umap.ts');
    return { points: umap(scaled, seed), axes: ['UMAP 1', 'UMAP 2'], note: `UMAP of ${note}` };
  }
  const start = fitPca(scaled, 2);
  if (start.value === null) return { points: null, reason: start.reason };
  const perplexity = perplexityFor(n);
  const { points } = tsne(scaled, pcaTransform(start.value, scaled), perplexity);
  return { points, axes: ['t-SNE 1', 't-SNE 2'], note: `t-SNE (perplexity ${perplexity}) of ${note}` };
}

function trainedPca(scaled: Matrix, train: readonly number[]): Embedding {
  const pca = fitPca(takeRows(scaled, train), 2);
  if (pca.value === null) return { points: null, reason: pca.reason };
  const share = (k: number): string => `${(100 * (pca.value.explainedVarianceRatio[k] ?? 0)).toFixed(1)} %`;
  return {
    points: pcaTransform(pca.value, scaled),
    axes: [`PC 1 (${share(0)})`, `PC 2 (${share(1)})`],
    note: `${scaled.rows} patients; principal components of the ${train.length} training patients`,
  };
}
