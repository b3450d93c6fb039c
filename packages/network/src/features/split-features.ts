import { join } from 'node:path';
import {
  DataError,
  type FeatureRow,
  featurePath,
  type Split,
  writeNpy,
  writeSliceIndex,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { inNaturalOrder } from '@radweave/study/cohort/slice-order';
import type { SliceTable } from '@radweave/study/cohort/slice-table';
import { byPatient } from './extractor.ts';

/** Which split's features are written, and where. */
export interface SplitTarget {
  split: Split;
  modality: string;
  /** The features folder that the paths in the table begin with. */
  featuresDir: string;
  /** Folder that will become `{split}/{modality}`. */
  temporary: string;
  /** Write `{patient}.slices.csv` beside each `.npy`. */
  sliceIndex: boolean;
}

/**
 * Writes the features of one split into a temporary folder: `grade{label}/{patient}.npy`.
 *
 * @param pieces rows of features, of the slices in the order of the patients.
 * @returns the rows of its feature table, in the table's order of patients.
 */
export async function writeSplitFeatures(
  pieces: AsyncIterable<Float32Array>,
  dims: number,
  table: SliceTable,
  target: SplitTarget,
): Promise<FeatureRow[]> {
  const { split, modality, featuresDir, temporary, sliceIndex } = target;
  const patients = inNaturalOrder(table);
  const rows: FeatureRow[] = [];
  for await (const { index, features } of byPatient(pieces, dims, patients)) {
    const { patient, label } = table.patients[index] ?? { patient: '', label: 0 };
    const positions = patients[index]?.positions ?? [];
    const stem = join(temporary, `grade${label}`, patient);
    requireFree(`${stem}.npy`, patient, split);
    writeNpy(`${stem}.npy`, { shape: [positions.length, dims], data: features });
    if (sliceIndex) {
      const index = positions.map((position, row) => ({ row, image_path: table.rows[position]?.path ?? '' }));
      writeSliceIndex(`${stem}.slices.csv`, index);
    }
    rows.push({
      patient_id: patient,
      feature_path: featurePath(featuresDir, split, modality, label, patient),
      label,
      num_slices: positions.length,
    });
  }
  return rows;
}

/** Where the file system ignores case, `a1` and `A1` are one file: one patient's features would replace the other's. */
function requireFree(path: string, patient: string, split: Split): void {
  if (!existsSync(path)) return;
  throw new DataError(
    'E_PATIENT_CASE',
    `two patients of ${split} have the same file name ${patient}.npy here`,
    {
      hint: 'Their IDs differ in upper and lower case only: rename one',
    },
  );
}
