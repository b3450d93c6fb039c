import type { Config } from '@radweave/artifacts';
import { type StageContext, say } from '@radweave/study/context/events';
import type { Compute } from '../compute/compute.ts';
import type { Network } from '../open/network-source.ts';
import type { SliceSet } from '../slices/slice-pixels.ts';
import { augmentationOf, buildClassWeight, buildLoss, buildOptimizer } from './build.ts';
import { fittedConfig, tryingSteps } from './fitting-batch.ts';

/**
 * The configuration to train with where `--auto_batch_size` is asked for, else the one given; says what it took.
 *
 * @param train where the slices are that will be trained on, because they take memory too.
 */
export function fitBatch(
  config: Config,
  compute: Compute,
  train: SliceSet,
  { model, normalisation }: Network,
  context: StageContext,
): Config {
  const { training, experiment } = config;
  if (!training.auto_batch_size) return config;
  const classWeight = buildClassWeight(
    training,
    train.table.labels,
    config.model.num_classes,
    compute.device,
  );
  const fits = tryingSteps({
    model,
    optimizer: buildOptimizer(training, model),
    train,
    compute,
    normalisation,
    augmentation: augmentationOf(config.augmentation),
    seed: experiment.seed,
    loss: buildLoss(training),
    classWeight,
  });
  const fitted = fittedConfig(config, compute.device, fits);
  classWeight?.dispose();
  say(context, fitted.remark);
  return fitted.config;
}
