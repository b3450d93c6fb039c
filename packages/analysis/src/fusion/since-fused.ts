import {
  DataError,
  type FeatureSet,
  type FusionModality,
  type FusionModelFile,
  featureSetPath,
  hashFile,
  hashValue,
  logitsRecordPath,
  readFeatureSet,
  SPLITS,
  type Split,
  UNKNOWN_NETWORK,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { foreignIdentity } from '../features/foreign.ts';

/** SHA-256 (hex) of what the records say of a modality's features: the network and every patient's array. */
export function featuresHash(sets: Record<Split, FeatureSet>): string {
  return hashValue(
    SPLITS.map((split) => {
      const { checkpoint_sha256, patients, slices, arrays_sha256 = null } = sets[split];
      return { split, checkpoint_sha256, patients, slices, arrays_sha256 };
    }),
  );
}

/**
 * Modalities whose features, or out-of-fold logits, are not those that a fusion was fitted on. Those that are no longer there
 * are not told, nor what a fusion of an earlier version was fitted on.
 */
export function changedSinceFused({ modalities, stacked }: FusionModelFile, featuresDir: string): string[] {
  const changed = modalities.filter((one) => isOther(one, featuresDir));
  const restacked = (stacked?.inputs ?? []).filter(({ modality, record_sha256 }) => {
    const path = logitsRecordPath(featuresDir, modality);
    return existsSync(path) && hashFile(path) !== record_sha256;
  });
  return [...new Set([...changed, ...restacked].map(({ modality }) => modality))];
}

function isOther(
  { modality, checkpoint, checkpoint_sha256, features_sha256 }: FusionModality,
  featuresDir: string,
): boolean {
  const record = (split: Split): string => featureSetPath(featuresDir, split, modality);
  if (features_sha256 === undefined || !SPLITS.every((split) => existsSync(record(split)))) return false;
  const sets = attempt(() => forEachSplit((split) => readFeatureSet(record(split))));
  // What is damaged is told by whoever needs it.
  if (sets === null) return false;
  // Of features of another program the record may be older than they are.
  return checkpoint === UNKNOWN_NETWORK && sets.train.checkpoint === UNKNOWN_NETWORK
    ? attempt(() => foreignIdentity(featuresDir, modality))?.sha256 !== checkpoint_sha256
    : featuresHash(sets) !== features_sha256;
}

/** Null for files that are missing or damaged. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}
