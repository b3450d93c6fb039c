import type { Config } from '@radweave/artifacts';
import { Random } from '@radweave/stats';
import { type Profile, profile, profileRange, tidy } from '@radweave/torch';
import { type Compute, inferenceBatch } from '../compute/compute.ts';
import { foldForInference } from '../compute/fold.ts';
import { featuresOf } from '../features/extractor.ts';
import type { Network } from '../open/network-source.ts';
import { augmentationStream, makeBatch } from '../slices/batches.ts';
import type { SlicePixels } from '../slices/slice-pixels.ts';
import { augmentationOf, buildClassWeight, buildLoss, buildOptimizer } from '../training/build.ts';
import { learnFrom, targetsOf } from '../training/network.ts';

/** Steps before the one that is recorded: the first ones also choose kernels and get memory. */
const WARM_UP = 2;

/**
 * One whole training step as training does it: batch with augmentation, forward, loss, backward, optimizer. Frozen stages are
 * computed, which training spares itself where slices are not augmented.
 */
export function profileTraining(config: Config, compute: Compute, network: Network): Profile {
  const { training, experiment, model: sizes } = config;
  const { model, normalisation } = network;
  const count = training.batch_size;
  const { pixels, labels, positions } = madeUpSlices(config, count);
  const optimizer = buildOptimizer(training, model);
  const loss = buildLoss(training);
  const classWeight = buildClassWeight(training, labels, sizes.num_classes, compute.device);
  const changes = {
    augmentation: augmentationOf(config),
    stream: augmentationStream(experiment.seed, 1),
  };
  model.train();
  const step = (): void => {
    tidy(() => {
      const { batch, targets } = profileRange('batch', () => ({
        batch: makeBatch(pixels, positions, normalisation, compute, changes),
        targets: targetsOf(labels, positions, compute.device),
      }));
      profileRange('learn', () =>
        learnFrom((x) => model.call(x), batch, targets, loss, classWeight, compute, 1),
      );
      profileRange('optimizer', () => {
        optimizer.step();
        optimizer.zeroGrad();
      });
    });
  };
  for (let i = 0; i < WARM_UP; i++) step();
  return profile(model, step).profile;
}

/** One batch of extraction: batch, forward up to the features, their values. */
export function profileExtraction(config: Config, compute: Compute, network: Network): Profile {
  const { pixels, positions } = madeUpSlices(config, inferenceBatch(config.extraction.batch_size, compute));
  const { model, normalisation } = network;
  model.eval();
  foldForInference(model, compute, config.data.image_size);
  const step = (): void => {
    profileRange('forward', () => featuresOf({ model, normalisation, compute }, pixels, positions));
  };
  for (let i = 0; i < WARM_UP; i++) step();
  return profile(model, step).profile;
}

/** Noise: what is computed does not depend on what the slices show. */
function madeUpSlices(
  config: Config,
  count: number,
): { pixels: SlicePixels; labels: Int32Array; positions: Uint32Array } {
  const side = config.data.image_size;
  const random = new Random(config.experiment.seed, 'profile/slices');
  const all = Uint8Array.from({ length: count * side * side }, () => random.below(256));
  return {
    pixels: { width: side, height: side, bitDepth: 8, read: () => all.slice() },
    labels: Int32Array.from({ length: count }, (_, i) => i % config.model.num_classes),
    positions: Uint32Array.from({ length: count }, (_, i) => i),
  };
}
