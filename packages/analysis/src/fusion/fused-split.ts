import { join } from 'node:path';
import { type AlignedPatient, alignedFolder, type Split } from '@radweave/artifacts';
import { type Matrix, sideBySide } from '@radweave/stats';
import type { Alignment } from '../features/align.ts';
import { type PooledFeatures, poolFeatures } from './pool.ts';

/** The pooled features of one split's patients, by modality. */
export interface FusedSplit {
  split: Split;
  patients: readonly AlignedPatient[];
  labels: Int32Array;
  pooled: Readonly<Record<string, PooledFeatures>>;
}

/** Reads and pools a split of an alignment. */
export function loadFusedSplit(alignment: Alignment, split: Split, featuresDir: string): FusedSplit {
  const { patients, tables } = alignment.splits[split];
  const pooled = alignment.sources.map(({ modality, sets }): [string, PooledFeatures] => {
    const tablePath = join(alignedFolder(featuresDir, split), `features_${modality}.csv`);
    return [modality, poolFeatures(tables[modality] ?? [], tablePath, sets[split].dims)];
  });
  return {
    split,
    patients,
    labels: Int32Array.from(patients, ({ label }) => label),
    pooled: Object.fromEntries(pooled),
  };
}

/** The features of some modalities side by side, in the given order: patients × sum of dims. */
export function concatenate(
  pooled: Readonly<Record<string, PooledFeatures>>,
  modalities: readonly string[],
  patients: number,
): Matrix {
  const blocks = modalities.map((modality) => {
    const { dims, data } = pooled[modality] ?? { dims: 0, data: new Float32Array(0) };
    return { columns: dims, data };
  });
  return sideBySide(patients, blocks);
}

/** `{modality}_{index}` for each column of the concatenation. */
export function columnNames(
  pooled: Readonly<Record<string, PooledFeatures>>,
  modalities: readonly string[],
): string[] {
  return modalities.flatMap((modality) =>
    Array.from({ length: pooled[modality]?.dims ?? 0 }, (_, i) => `${modality}_${i}`),
  );
}
