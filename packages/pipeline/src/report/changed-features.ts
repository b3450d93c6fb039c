import { requireArrays } from '@radweave/analysis/features/source';
import { DataError } from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';

/** A caution for each modality whose arrays or tables are not those that `extract` recorded. */
export function changedFeatures(featuresDir: string, modalities: readonly string[]): Remark[] {
  return modalities
    .filter((one) => isChanged(featuresDir, one))
    .map((modality) => remark('features-changed', { modality }));
}

function isChanged(featuresDir: string, modality: string): boolean {
  try {
    requireArrays(featuresDir, modality);
    return false;
  } catch (error) {
    if (error instanceof DataError) return error.code === 'E_FEATURES_CHANGED';
    throw error;
  }
}
