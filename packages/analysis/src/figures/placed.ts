import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import {
  type EmbeddingsRecord,
  embeddingsPath,
  jsonWith,
  type PlacedPatients,
  ResourceError,
  readEmbeddings,
  refuseOthers,
  writeEmbeddings,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { zeros } from '@radweave/stats';
import { RADWEAVE_VERSION } from '@radweave/study/context/versions';
import { type Embedding, type Embeddings, embed } from './embed.ts';
import type { PatientFeatures } from './patients.ts';

/**
 * Places patients in the plane, or reads where they were placed before: `visualize` and `report` show the same maps, and what
 * takes long for many patients is computed once. What was kept counts only for the very same features, sets and seed.
 */
export async function placePatients(
  features: PatientFeatures,
  seed: number,
  outputDir: string,
): Promise<Embeddings> {
  const path = embeddingsPath(outputDir, features.name);
  const inputs = hashInputs(features, seed);
  refuseOthers(dirname(path), '--set experiment.output_dir=FOLDER', 'a file of maps of Radweave', {
    [basename(path)]: jsonWith('inputs_sha256'),
  });
  const kept = readKept(path);
  if (kept?.inputs_sha256 === inputs) {
    return { pca: asEmbedding(kept.pca), tsne: asEmbedding(kept.tsne), umap: asEmbedding(kept.umap) };
  }
  const { pca, tsne, umap } = await embed(features, seed);
  const record: EmbeddingsRecord = {
    format: 1,
    inputs_sha256: inputs,
    patients: features.patients.map(({ patient }) => patient),
    pca: asRecord(pca),
    tsne: asRecord(tsne),
    umap: asRecord(umap),
  };
  keep(path, record);
  return { pca, tsne, umap };
}

/** A study that may only be read is shown all the same: its maps are then computed each time. */
function keep(path: string, record: EmbeddingsRecord): void {
  try {
    writeEmbeddings(path, record);
  } catch (error) {
    if (!(error instanceof ResourceError)) throw error;
  }
}

function hashInputs({ patients, features }: PatientFeatures, seed: number): string {
  // Maps of before were computed otherwise.
  const about = { version: RADWEAVE_VERSION, maps: 2, seed, columns: features.columns };
  const members = patients.map(({ patient, split }) => [patient, split]);
  const { buffer, byteOffset, byteLength } = features.data;
  return createHash('sha256')
    .update(JSON.stringify({ ...about, members }))
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}

/** What was kept; nothing where it cannot be read: it is made again. */
function readKept(path: string): EmbeddingsRecord | null {
  if (!existsSync(path)) return null;
  try {
    return readEmbeddings(path);
  } catch {
    return null;
  }
}

function asRecord(embedding: Embedding): PlacedPatients {
  if (embedding.points === null) return { reason: embedding.reason };
  const { points, axes, note } = embedding;
  const along = (axis: number): number[] => Array.from(points.data.filter((_, i) => i % 2 === axis));
  return { x: along(0), y: along(1), axes, note };
}

function asEmbedding(placed: PlacedPatients): Embedding {
  if ('reason' in placed) return { points: null, reason: placed.reason };
  const { x, y, axes, note } = placed;
  const points = zeros(x.length, 2);
  for (const [row, value] of x.entries()) points.data.set([value, y[row] ?? 0], 2 * row);
  return { points, axes, note };
}
