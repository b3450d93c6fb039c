import { join } from 'node:path';
import {
  DataError,
  type FusionModality,
  naturalCompare,
  readFeatureSet,
  readFeatureTable,
  UNKNOWN_NETWORK,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type PooledFeatures, poolFeatures } from './pool.ts';

/** Patients to predict: those who have every modality, with their pooled features; and those who do not. */
export interface NewPatients {
  patients: string[];
  pooled: Record<string, PooledFeatures>;
  missing: { patient: string; modalities: string[] }[];
}

/**
 * Divides patients into those in every modality's list, in natural order, and the others.
 *
 * @param others Who may be in no list at all.
 */
export function completePatients(
  byModality: ReadonlyMap<string, ReadonlySet<string>>,
  others: readonly string[] = [],
): Pick<NewPatients, 'patients' | 'missing'> {
  const all = [...new Set([...others, ...[...byModality.values()].flatMap((ids) => [...ids])])].sort(
    naturalCompare,
  );
  const patients: string[] = [];
  const missing: NewPatients['missing'] = [];
  for (const patient of all) {
    const modalities = [...byModality].filter(([, ids]) => !ids.has(patient)).map(([modality]) => modality);
    if (modalities.length === 0) patients.push(patient);
    else missing.push({ patient, modalities });
  }
  return { patients, missing };
}

/** Whether a folder holds feature tables, such as `data/features/test`, rather than images. */
export function isFeatureFolder(folder: string, modalities: readonly FusionModality[]): boolean {
  return modalities.some(({ modality }) => existsSync(join(folder, `features_${modality}.csv`)));
}

/**
 * Reads extracted features of new patients: a folder with `features_{modality}.csv` and `.json` for each modality.
 *
 * @throws DataError when a modality is missing or its features come from another checkpoint than the model's.
 */
export function readNewFeatures(folder: string, modalities: readonly FusionModality[]): NewPatients {
  const tables = modalities.map((wanted) => {
    const path = join(folder, `features_${wanted.modality}.csv`);
    requireSameCheckpoint(join(folder, `features_${wanted.modality}.json`), wanted);
    return { wanted, path, rows: new Map(readFeatureTable(path).map((row) => [row.patient_id, row])) };
  });
  const ids = new Map(tables.map(({ wanted, rows }) => [wanted.modality, new Set(rows.keys())]));
  const { patients, missing } = completePatients(ids);
  const pooled = tables.map(({ wanted, path, rows }): [string, PooledFeatures] => {
    const own = patients.flatMap((patient) => rows.get(patient) ?? []);
    return [wanted.modality, poolFeatures(own, path, wanted.dims)];
  });
  return { patients, missing, pooled: Object.fromEntries(pooled) };
}

/** Nothing can be compared with an unknown network: that these features are of the same one is the user's word. */
function requireSameCheckpoint(setPath: string, wanted: FusionModality): void {
  const isUnknown = wanted.checkpoint === UNKNOWN_NETWORK;
  if (isUnknown && !existsSync(setPath)) return;
  const { checkpoint, checkpoint_sha256 } = readFeatureSet(setPath);
  if (checkpoint_sha256 === wanted.checkpoint_sha256 || (isUnknown && checkpoint === UNKNOWN_NETWORK)) return;
  throw new DataError(
    'E_OTHER_CHECKPOINT',
    `these features come from ${checkpoint} (${checkpoint_sha256.slice(0, 8)}), the model was fitted on those of ` +
      `${wanted.checkpoint} (${wanted.checkpoint_sha256.slice(0, 8)})`,
    { where: setPath, hint: `Extract them with --checkpoint ${wanted.checkpoint}, or fuse again` },
  );
}
