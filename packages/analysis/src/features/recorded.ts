import { createHash } from 'node:crypto';
import {
  DataError,
  decodeFeatures,
  type FeatureRow,
  type FeatureSet,
  inShell,
  readBytes,
  resolveFeaturePath,
} from '@radweave/artifacts';
import { counted } from '@radweave/remarks';

/** What the arrays of a table must be. */
export interface RecordedArrays {
  modality: string;
  dims: number;
  /** By patient; empty where no hashes were recorded. */
  sha256: ReadonlyMap<string, string>;
}

/**
 * What a split's record says of the arrays of its table.
 *
 * @param rows All of the table.
 * @throws DataError `E_FEATURES_CHANGED` when the table does not list what was extracted.
 */
export function recordedArrays(rows: readonly FeatureRow[], set: FeatureSet, path: string): RecordedArrays {
  const slices = rows.reduce((sum, row) => sum + row.num_slices, 0);
  if (rows.length !== set.patients || slices !== set.slices) {
    const found = `the table lists ${counted(rows.length, 'patient')} and ${counted(slices, 'slice')}`;
    throw changed(`${found}, but ${set.patients} and ${set.slices} were extracted`, path, set.modality);
  }
  const hashes = (set.arrays_sha256 ?? []).map((hash, row): [string, string] => [
    rows[row]?.patient_id ?? '',
    hash,
  ]);
  return { modality: set.modality, dims: set.dims, sha256: new Map(hashes) };
}

/**
 * Reads a patient's features, slices × dims.
 *
 * @param tablePath The table the row comes from, for arrays that were moved with it.
 * @throws DataError when the array is missing, damaged, of another shape than the table says, or not the one that was recorded.
 */
export function readRecordedFeatures(
  row: FeatureRow,
  tablePath: string,
  recorded: RecordedArrays,
): Float32Array {
  const { patient_id, num_slices } = row;
  const { modality, dims } = recorded;
  const path = resolveFeaturePath(tablePath, row.feature_path);
  const bytes = readBytes(path, extractAgain(modality));
  const sha256 = recorded.sha256.get(patient_id);
  if (sha256 !== undefined && createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw changed(`the features of patient ${patient_id} are not those that were extracted`, path, modality);
  }
  const { shape, data } = decodeFeatures(bytes, path);
  if (shape[0] === num_slices && shape[1] === dims && num_slices > 0) return data;
  throw new DataError(
    'E_FEATURE_SHAPE',
    `the features have the shape (${shape.join(', ')}), expected (${num_slices}, ${dims})`,
    { where: path, hint: extractAgain(modality) },
  );
}

function changed(what: string, where: string, modality: string): DataError {
  return new DataError('E_FEATURES_CHANGED', what, { where, hint: extractAgain(modality) });
}

function extractAgain(modality: string): string {
  return `Run radweave extract --modality ${inShell(modality)} again`;
}
