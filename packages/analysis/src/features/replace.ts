import { join } from 'node:path';
import {
  type FeatureRow,
  type FeatureSet,
  featureSetPath,
  featureTablePath,
  hashFile,
  replaceFilesTogether,
  resolveFeaturePath,
  SPLITS,
  type Split,
  writeFeatureSet,
  writeFeatureTable,
} from '@radweave/artifacts';
import { mkdirSync } from '@radweave/artifacts/files';
import { forEachSplit } from '@radweave/study/cohort/each-split';

export interface NewFeatures {
  rows: FeatureRow[];
  set: FeatureSet;
}

/**
 * Replaces a modality's features in all splits together: arrays, tables and feature sets are all on disk before the first
 * of the old ones is touched. The table of the training set goes first and comes back last, so that a crash in between
 * leaves features that are refused: not old tables over new arrays, nor what looks like another program's.
 *
 * @param fill Writes each split's arrays into the temporary folder of that split. When it throws, the old features stay.
 */
export async function replaceFeatures(
  featuresDir: string,
  modality: string,
  fill: (temporary: Record<Split, string>) => Promise<Record<Split, NewFeatures>>,
): Promise<Record<Split, NewFeatures>> {
  const fillAll = async (staging: string): Promise<Record<Split, NewFeatures>> => {
    const temporary = forEachSplit((split) => join(staging, split, modality));
    for (const folder of Object.values(temporary)) mkdirSync(folder);
    const features = await fill(temporary);
    for (const split of SPLITS) {
      const { rows, set } = features[split];
      const table = featureTablePath(staging, split, modality);
      writeFeatureTable(table, rows);
      // The rows name the final place; beside the table lie the arrays that will be there.
      const arrays_sha256 = rows.map(({ feature_path }) => hashFile(resolveFeaturePath(table, feature_path)));
      writeFeatureSet(featureSetPath(staging, split, modality), { ...set, arrays_sha256 });
    }
    return features;
  };
  return await replaceFilesTogether(featuresDir, fillAll, {
    last: featureTablePath('', 'train', modality),
    obsolete: [],
    unfinishedWithoutLast: true,
    shared: SPLITS,
  });
}
