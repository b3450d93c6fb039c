import { type Config, inShell, UsageError } from '@radweave/artifacts';
import { type StageContext, say } from '@radweave/study/context/events';
import { findRuns, warnOfDamagedRuns } from '@radweave/study/runs/run-folder';
import { chooseCheckpoint } from '../open/checkpoint-choice.ts';

/**
 * The settings to train the fold models with: those of the checkpoint that was named or else of the newest best run of the
 * modality on the present split, or this configuration's where nothing has been trained yet. Paths, device, batch size of extraction and whether
 * there is a last checkpoint are always this configuration's.
 *
 * @throws UsageError when the checkpoint does not say how it was trained.
 */
export async function crossFitConfig(
  wish: { config: Config; modality: string; model?: string | undefined; checkpoint?: string | undefined },
  context: StageContext,
): Promise<Config> {
  const { config, modality, model, checkpoint } = wish;
  const outputDir = config.experiment.output_dir;
  if (checkpoint === undefined && findRuns(outputDir, 'best', { modality, model }).length === 0) {
    warnOfDamagedRuns(outputDir, context);
    say(
      context,
      `No run of ${modality} was found: the fold models are trained with the settings of the configuration.`,
    );
    return model === undefined ? config : { ...config, model: { ...config.model, name: model } };
  }
  const chosen = await chooseCheckpoint({ checkpoint, modality, model, config }, context);
  if (chosen.kind === 'pretrained' || chosen.saved === null) {
    throw new UsageError('E_CROSS_FIT', 'these weights do not say how they were trained', {
      where: checkpoint ?? outputDir,
      hint: `Leave out --checkpoint, or name one that radweave train --modality ${inShell(modality)} has written`,
    });
  }
  const trained = chosen.saved.about.config;
  return {
    ...trained,
    data: { ...config.data, image_size: trained.data.image_size },
    extraction: config.extraction,
    training: { ...trained.training, device: config.training.device },
    experiment: { ...trained.experiment, output_dir: outputDir, save_last: config.experiment.save_last },
  };
}
