import {
  DataError,
  type FeatureSet,
  type FusionModelFile,
  featureSetPath,
  hashFile,
  hashValue,
  logitsRecordPath,
  readFeatureSet,
  SPLITS,
  type Split,
  UNKNOWN_NETWORK,
  type UsedFeatures,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { foreignIdentity } from '../features/foreign.ts';
import type { FeatureSource } from '../features/source.ts';

/** SHA-256 (hex) of what the records say of a modality's features: the network and every patient's array. */
function featuresHash(sets: Record<Split, FeatureSet>): string {
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
  const changed = changedSince(modalities, featuresDir);
  const restacked = (stacked?.inputs ?? []).filter(({ modality, record_sha256 }) => {
    const path = logitsRecordPath(featuresDir, modality);
    return existsSync(path) && hashFile(path) !== record_sha256;
  });
  return [...new Set([...changed, ...restacked.map(({ modality }) => modality)])];
}

/** Modalities whose features are there, and not those that were used. */
export function changedSince(used: readonly UsedFeatures[], featuresDir: string): string[] {
  return used.filter((one) => isOther(one, featuresDir)).map(({ modality }) => modality);
}

/** What {@link changedSince} compares later. */
export function usedOf({ modality, sets }: FeatureSource): Required<UsedFeatures> {
  const { checkpoint, checkpoint_sha256 } = sets.train;
  return { modality, checkpoint, checkpoint_sha256, features_sha256: featuresHash(sets) };
}

function isOther(
  { modality, checkpoint, checkpoint_sha256, features_sha256 }: UsedFeatures,
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
