import { join } from 'node:path';
import {
  type FeatureRow,
  type FeatureSet,
  featureSetPath,
  featureTablePath,
  replaceFolderAtomic,
  SPLITS,
  type Split,
  writeFeatureSet,
  writeFeatureTable,
} from '@radweave/artifacts';
import { rmSync } from '@radweave/artifacts/files';

/** The new features of one split. */
export interface NewFeatures {
  rows: FeatureRow[];
  set: FeatureSet;
}

/**
 * Replaces a modality's features in all splits: `fill` writes every split into a temporary folder, and only when all are
 * complete do they take the places of the old ones. Tables and feature sets go first and come back last, so that a
 * crash in between leaves features that are refused: not old tables over new arrays, nor what looks like another program's.
 *
 * @param fill Given the temporary folder of each split. When it throws, the old features stay whole.
 */
export async function replaceFeatures(
  featuresDir: string,
  modality: string,
  fill: (temporary: Record<Split, string>) => Promise<Record<Split, NewFeatures>>,
): Promise<Record<Split, NewFeatures>> {
  const place = (split: Split): string => join(featuresDir, split, modality);
  const done = await replaceFolderAtomic(place('train'), (train) =>
    replaceFolderAtomic(place('val'), (val) =>
      replaceFolderAtomic(place('test'), async (test) => {
        const features = await fill({ train, val, test });
        for (const split of SPLITS) {
          rmSync(featureSetPath(featuresDir, split, modality), { force: true });
          rmSync(featureTablePath(featuresDir, split, modality), { force: true });
        }
        return features;
      }),
    ),
  );
  for (const split of SPLITS) {
    writeFeatureTable(featureTablePath(featuresDir, split, modality), done[split].rows);
    writeFeatureSet(featureSetPath(featuresDir, split, modality), done[split].set);
  }
  return done;
}
