import { join } from 'node:path';
import {
  type AlignedPatient,
  alignedFolder,
  featureTablePath,
  naturalCompare,
  type Split,
} from '@radweave/artifacts';
import { type Matrix, sideBySide } from '@radweave/stats';
import type { Alignment } from '../features/align.ts';
import { type PooledFeatures, poolFeatures, spreadRows } from './pool.ts';

/** The pooled features of one split's patients, by modality. */
export interface FusedSplit {
  split: Split;
  patients: readonly AlignedPatient[];
  labels: Int32Array;
  /** The modalities that each patient has, in the order of the alignment; elsewhere their features are NaN. */
  owned: readonly (readonly string[])[];
  pooled: Readonly<Record<string, PooledFeatures>>;
}

export function loadFusedSplit(alignment: Alignment, split: Split, featuresDir: string): FusedSplit {
  const { patients, tables } = alignment.splits[split];
  const pooled = alignment.sources.map(({ modality, arrays }): [string, PooledFeatures] => {
    const tablePath = join(alignedFolder(featuresDir, split), `features_${modality}.csv`);
    return [modality, poolFeatures(tables[modality] ?? [], tablePath, arrays[split])];
  });
  return {
    split,
    patients,
    labels: Int32Array.from(patients, ({ label }) => label),
    owned: patients.map(() => Object.keys(tables)),
    pooled: Object.fromEntries(pooled),
  };
}

/** As {@link loadFusedSplit}, of everybody who has features of any modality, in natural order of their IDs. */
export function loadEveryone(alignment: Alignment, split: Split, featuresDir: string): FusedSplit {
  const { sources, hospitalOf } = alignment;
  const tables = sources.map(({ rows }) => new Map(rows[split].map((row) => [row.patient_id, row])));
  const people = new Map(tables.flatMap((rows) => [...rows]));
  const ids = [...people.keys()].sort(naturalCompare);
  const pooled = sources.map(({ modality, arrays }, i): [string, PooledFeatures] => {
    const own = ids.flatMap((id) => tables[i]?.get(id) ?? []);
    const found = poolFeatures(own, featureTablePath(featuresDir, split, modality), arrays[split]);
    return [
      modality,
      spreadRows(
        found,
        ids.map((id) => tables[i]?.has(id) === true),
      ),
    ];
  });
  const patients = ids.map((id): AlignedPatient => {
    return { patient_id: id, hospital: hospitalOf(id), label: people.get(id)?.label ?? 0 };
  });
  return {
    split,
    patients,
    labels: Int32Array.from(patients, ({ label }) => label),
    owned: ids.map((id) => sources.flatMap(({ modality }, i) => (tables[i]?.has(id) ? [modality] : []))),
    pooled: Object.fromEntries(pooled),
  };
}

/** Those of the patients who have all these modalities. */
export function having<Part extends HavingPart>(fused: Part, modalities: readonly string[]): Part {
  const rows = fused.owned.flatMap((own, i) => (modalities.every((one) => own.includes(one)) ? [i] : []));
  if (rows.length === fused.owned.length) return fused;
  const pooled = Object.entries(fused.pooled).map(([modality, { dims, data }]): [string, PooledFeatures] => {
    const taken = new Float32Array(rows.length * dims);
    for (const [i, row] of rows.entries()) taken.set(data.subarray(row * dims, (row + 1) * dims), i * dims);
    return [modality, { dims, data: taken }];
  });
  return {
    ...fused,
    patients: rows.map((row) => fused.patients[row]),
    ...(fused.labels === undefined
      ? {}
      : { labels: Int32Array.from(rows, (row) => fused.labels?.[row] ?? 0) }),
    owned: rows.map((row) => fused.owned[row] ?? []),
    pooled: Object.fromEntries(pooled),
  };
}

/** The patients of a split, or new ones, whose labels nobody knows. */
type HavingPart = Pick<FusedSplit, 'owned' | 'pooled'> & {
  patients: readonly unknown[];
  labels?: Int32Array;
};

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
