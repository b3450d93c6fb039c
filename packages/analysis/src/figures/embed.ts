import { counted, type Remark, remark } from '@radweave/remarks';
import {
  fewerNeighbours,
  fitPca,
  fitStandardScaler,
  type Matrix,
  nearestNeighbours,
  neighboursForPerplexity,
  neighboursForUmap,
  pcaTransform,
  perplexityFor,
  standardise,
  takeRows,
  tsne,
} from '@radweave/stats';
import type { PatientFeatures } from './patients.ts';
import { umapInThread } from './umap-thread.ts';

/** Ways to draw features in the plane. */
export const METHODS = ['pca', 'tsne', 'umap'] as const;
export type Method = (typeof METHODS)[number];

/** Fewest patients whose neighbourhoods can be drawn: perplexity 1 needs 4. */
const LEAST_PATIENTS = 5;

/** Of more patients the neighbourhoods are those in the leading principal components, as van der Maaten (2014) and Rtsne do it. */
const ALL_FEATURES_UP_TO = 1000;
const COMPONENTS = 50;

/** Residual of these components: it is their space that counts, and in it the weak ones hardly matter. */
const ROUGH = 1e-2;

/** A map of patients, or why there is none. */
export type Embedding =
  | { points: Matrix; axes: [string, string]; note: string }
  | { points: null; reason: Remark };

export type Embeddings = Record<Method, Embedding>;

/** In how many principal components the neighbourhoods of so many patients are sought; null: in all features. */
export function componentsFor(patients: number): number | null {
  return patients > ALL_FEATURES_UP_TO ? COMPONENTS : null;
}

/**
 * Places patients in the plane by their standardised features. Scaling and the principal components that are drawn are fitted on
 * the training patients alone and applied to all; t-SNE and UMAP cannot be applied to new patients: they are fitted on all
 * patients at once, and the figure says so.
 */
export async function embed({ patients, features }: PatientFeatures, seed: number): Promise<Embeddings> {
  const n = patients.length;
  if (n < LEAST_PATIENTS) return none(remark('few-patients-placed', { n, least: LEAST_PATIENTS }));
  const train = patients.flatMap(({ split }, row) => (split === 'train' ? [row] : []));
  const scaler = fitStandardScaler(takeRows(features, train));
  if (scaler.value === null) return none(scaler.reason);
  const scaled = standardise(scaler.value, features);
  return { pca: trainedPca(scaled, train), ...(await neighbourhoods(scaled, seed)) };
}

function none(reason: Remark): Embeddings {
  const without: Embedding = { points: null, reason };
  return { pca: without, tsne: without, umap: without };
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

/** t-SNE and UMAP, which begin at the same principal components and look at the same neighbours. */
async function neighbourhoods(scaled: Matrix, seed: number): Promise<Omit<Embeddings, 'pca'>> {
  const n = scaled.rows;
  const reducedTo = componentsFor(n);
  const components = Math.min(reducedTo ?? 2, scaled.columns);
  const pca = fitPca(scaled, components, reducedTo === null ? undefined : ROUGH);
  if (pca.value === null) {
    const without: Embedding = { points: null, reason: pca.reason };
    return { tsne: without, umap: without };
  }
  const reduced = pcaTransform(pca.value, scaled);
  const start = firstTwo(reduced);
  const perplexity = perplexityFor(n);
  const [forTsne, forUmap] = [neighboursForPerplexity(perplexity), neighboursForUmap(n) - 1];
  const near = nearestNeighbours(reducedTo === null ? scaled : reduced, Math.max(forTsne, forUmap));
  const whom = reducedTo === null ? '' : `the first ${components} principal components of `;
  const named = (points: Matrix, name: string, how: string): Embedding => ({
    points,
    axes: [`${name} 1`, `${name} 2`],
    note: `${name}${how} of ${whom}all ${counted(n, 'patient')} together, labels unused`,
  });
  // The thread begins before t-SNE keeps this one busy.
  const umap = umapInThread({ neighbours: fewerNeighbours(near, forUmap), start, seed });
  const points = tsne(fewerNeighbours(near, forTsne), start, perplexity);
  return {
    tsne: named(points, 't-SNE', ` (perplexity ${perplexity}, Barnes–Hut)`),
    umap: named(await umap, 'UMAP', ''),
  };
}

function firstTwo({ rows, columns, data }: Matrix): Matrix {
  const of = (i: number): number => data[(i >> 1) * columns + (i % 2)] ?? 0;
  return { rows, columns: 2, data: Float64Array.from({ length: 2 * rows }, (_, i) => of(i)) };
}
