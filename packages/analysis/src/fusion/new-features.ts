import { join } from 'node:path';
import {
  DataError,
  type FeatureRow,
  type FeatureSet,
  type FusionModality,
  type FusionModelFile,
  inShell,
  naturalCompare,
  readFeatureSet,
  readFeatureTable,
  UNKNOWN_NETWORK,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { recordedArrays } from '../features/recorded.ts';
import { type PooledFeatures, poolFeatures, spreadRows } from './pool.ts';

/** Patients to predict, with their pooled features, and those who cannot be, for the modalities that they lack. */
export interface NewPatients {
  patients: string[];
  /** The modalities that each has; elsewhere the features are NaN. */
  owned: string[][];
  pooled: Record<string, PooledFeatures>;
  missing: { patient: string; modalities: string[] }[];
}

/**
 * Divides patients, in natural order, into those in every modality's list, or in any where that is enough, and the others.
 *
 * @param others Who may be in no list at all.
 */
export function patientsToPredict(
  byModality: ReadonlyMap<string, ReadonlySet<string>>,
  isAnyEnough: boolean,
  others: readonly string[] = [],
): Pick<NewPatients, 'patients' | 'owned' | 'missing'> {
  const all = [...new Set([...others, ...[...byModality.values()].flatMap((ids) => [...ids])])].sort(
    naturalCompare,
  );
  const least = isAnyEnough ? 1 : byModality.size;
  const known = all.map((patient) => {
    const own = [...byModality].filter(([, ids]) => ids.has(patient)).map(([modality]) => modality);
    return { patient, own };
  });
  const able = known.filter(({ own }) => own.length >= least);
  return {
    patients: able.map(({ patient }) => patient),
    owned: able.map(({ own }) => own),
    missing: known
      .filter(({ own }) => own.length < least)
      .map(({ patient, own }) => ({
        patient,
        modalities: [...byModality.keys()].filter((modality) => !own.includes(modality)),
      })),
  };
}

/** Whether a folder holds feature tables, such as `data/features/test`, rather than images. */
export function isFeatureFolder(folder: string, modalities: readonly FusionModality[]): boolean {
  return modalities.some(({ modality }) => existsSync(join(folder, `features_${modality}.csv`)));
}

/**
 * Reads extracted features of new patients: a folder with `features_{modality}.csv` and `.json` for each modality, or for some
 * where the model predicts who lacks others.
 *
 * @throws DataError when a modality is missing or its features come from another checkpoint than the model's.
 */
export function readNewFeatures(
  folder: string,
  { modalities, missing }: Pick<FusionModelFile, 'modalities' | 'missing'>,
): NewPatients {
  const isAnyEnough = missing === 'allow';
  const tables = modalities.map((wanted) => {
    const { modality, dims } = wanted;
    const path = join(folder, `features_${modality}.csv`);
    const unrecorded = { modality, dims, sha256: new Map<string, string>() };
    if (isAnyEnough && !existsSync(path))
      return { path, rows: new Map<string, FeatureRow>(), arrays: unrecorded };
    const set = setOfSameCheckpoint(join(folder, `features_${modality}.json`), wanted);
    const rows = readFeatureTable(path);
    // Of a table that was shortened to some patients nobody can tell which hash is whose.
    const isWhole = set !== null && rows.length === set.patients;
    const arrays = isWhole ? { ...recordedArrays(rows, set, path), dims } : unrecorded;
    return { path, rows: new Map(rows.map((row) => [row.patient_id, row])), arrays };
  });
  const ids = new Map(tables.map(({ arrays, rows }) => [arrays.modality, new Set(rows.keys())]));
  const people = patientsToPredict(ids, isAnyEnough);
  const pooled = tables.map(({ path, rows, arrays }): [string, PooledFeatures] => {
    const own = people.patients.flatMap((patient) => rows.get(patient) ?? []);
    const isThere = people.patients.map((patient) => rows.has(patient));
    return [arrays.modality, spreadRows(poolFeatures(own, path, arrays), isThere)];
  });
  return { ...people, pooled: Object.fromEntries(pooled) };
}

/** Nothing can be compared with an unknown network: that these features are of the same one is the user's word. */
function setOfSameCheckpoint(setPath: string, wanted: FusionModality): FeatureSet | null {
  const isUnknown = wanted.checkpoint === UNKNOWN_NETWORK;
  if (isUnknown && !existsSync(setPath)) return null;
  const set = readFeatureSet(setPath);
  const { checkpoint, checkpoint_sha256 } = set;
  if (isUnknown && checkpoint === UNKNOWN_NETWORK) return null;
  if (checkpoint_sha256 === wanted.checkpoint_sha256) return set;
  throw new DataError(
    'E_OTHER_CHECKPOINT',
    `these features come from ${checkpoint} (${checkpoint_sha256.slice(0, 8)}), the model was fitted on those of ` +
      `${wanted.checkpoint} (${wanted.checkpoint_sha256.slice(0, 8)})`,
    { where: setPath, hint: `Extract them with --checkpoint ${inShell(wanted.checkpoint)}, or fuse again` },
  );
}
