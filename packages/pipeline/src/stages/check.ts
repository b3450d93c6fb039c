import { join } from 'node:path';
import { type Config, outputFolders, requireWritable } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { silentContext } from '@radweave/study/context/events';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';

export interface CheckOptions {
  config: Config;
  bestHparamsDir: string;
  /** Whether nobody says how many classes there are: then as many as the folders, or the table, have. */
  countsClasses?: boolean;
}

/**
 * Everything that can be said of a whole job without a look at the images: model, device, weights, and the folders that are
 * written to. Pretrained weights are fetched here, unless every network was trained before. The result is the number of classes.
 */
export const check = defineStage({
  name: 'check',
  takes: { config: take.config, bestHparamsDir: take.text, countsClasses: take.truth.exactOptional() },
  looksAtImages: true,
  settings: [],
  reads: (_: CheckOptions) => ({}),
  writes: () => [],
  run: async ({ config, bestHparamsDir, countsClasses = false }, context) => {
    const { requireModalityNames } = await import('@radweave/study/cohort/modality-names');
    const { checkBeforeTraining } = await import('@radweave/network/training/before-training');
    const { data, fusion } = config;
    requireModalityNames(data.modalities, data.missing === 'allow');
    // Before the key of the study, which lies beside the splits.
    requireWritable(data.splits_dir, '--set data.splits_dir=FOLDER');
    for (const modality of data.modalities) checkBeforeTraining(config, modality, bestHparamsDir);
    requireWritable(data.features_dir, '--set data.features_dir=FOLDER');
    const { refuseForeignFeatures } = await import('@radweave/analysis/features/foreign');
    for (const modality of data.modalities) refuseForeignFeatures(data.features_dir, modality);
    if (fusion.output_dir !== null) requireWritable(fusion.output_dir, '--set fusion.output_dir=FOLDER');
    const { manifests } = outputFolders(config.experiment.output_dir);
    const isTrained = data.modalities.every((one) => existsSync(join(manifests, `train-${one}.json`)));
    let classes = config.model.num_classes;
    if (countsClasses || !isTrained) {
      // What is wrong with the folders is told before anything is downloaded.
      const { findCohort, requireClasses } = await import('../work/find-cohort.ts');
      classes = requireClasses(findCohort({ config }, silentContext()), config, countsClasses);
    }
    if (!isTrained) {
      const [{ requirePretrained }, { configuredNetwork }] = await Promise.all([
        import('@radweave/network/open/network-source'),
        import('@radweave/network/open/network-spec'),
      ]);
      await requirePretrained(configuredNetwork(config), context);
    }
    return { classes };
  },
});
