import { join } from 'node:path';
import { type Config, outputFolders, requireWritable } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { silentContext } from '@radweave/study/context/events';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';

export interface CheckOptions {
  config: Config;
  bestHparamsDir: string;
}

/**
 * Everything that can be said of a whole job without a look at the images: model, device, weights, and the folders that are
 * written to. Pretrained weights are fetched here, unless every network was trained before.
 */
export const check = defineStage({
  name: 'check',
  takes: { config: take.config, bestHparamsDir: take.text },
  looksAtImages: true,
  settings: [],
  reads: (_: CheckOptions) => ({}),
  writes: () => [],
  run: async ({ config, bestHparamsDir }, context) => {
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
    if (data.modalities.some((modality) => !existsSync(join(manifests, `train-${modality}.json`)))) {
      // What is wrong with the folders is told before anything is downloaded.
      const { findCohort, requireClasses } = await import('../work/preprocess.ts');
      requireClasses(findCohort({ config }, silentContext()), config);
      const [{ requirePretrained }, { configuredNetwork }] = await Promise.all([
        import('@radweave/network/open/network-source'),
        import('@radweave/network/open/network-spec'),
      ]);
      await requirePretrained(configuredNetwork(config), context);
    }
    return null;
  },
});
