import type { Config } from '@radweave/artifacts';
import { Random } from '@radweave/stats';
import {
  type CudaDevice,
  cudaDevice,
  type nn,
  type Profile,
  profile,
  profileRange,
  type Tensor,
  tidy,
} from '@radweave/torch';
import { type Compute, inferenceBatch } from '../compute/compute.ts';
import { foldForInference } from '../compute/fold.ts';
import { featuresOf } from '../features/extractor.ts';
import type { Network } from '../open/network-source.ts';
import { augmentationStream, makeBatch } from '../slices/batches.ts';
import { makeResident } from '../slices/resident.ts';
import type { SlicePixels } from '../slices/slice-pixels.ts';
import {
  augmentationOf,
  buildClassWeight,
  buildLoss,
  buildOptimizer,
  buildScaler,
} from '../training/build.ts';
import { learnFrom, targetsOf } from '../training/network.ts';
import { changeParameters, weighed } from '../training/update.ts';

/** Steps before the one that is recorded: the first ones also choose kernels and get memory. */
const WARM_UP = 2;

/** Steps that are timed whole on a GPU; the fastest counts. */
const PLAIN_STEPS = 3;

/** What an operator's time in a profile is: of the CPU that computes it, of the GPU that does, or of launching it there. */
export type Clock = 'cpu' | 'gpu' | 'launching';

export function clockOf({ device }: Pick<Compute, 'device'>): Clock {
  if (device === 'cpu') return 'cpu';
  return cudaDevice(device) === null ? 'launching' : 'gpu';
}

/**
 * One whole training step as training does it: batch with augmentation, forward, loss, backward, optimizer. Frozen stages are
 * computed, which training spares itself where slices are not augmented.
 */
export function profileTraining(config: Config, compute: Compute, network: Network): Profile {
  const { training, experiment, model: sizes } = config;
  const { model, normalisation } = network;
  const count = training.batch_size;
  const { labels, positions, ...made } = madeUpSlices(config, count);
  const pixels = placed(made.pixels, count, compute.device);
  const scaler = buildScaler(compute);
  const clipGradNorm = training.clip_grad_norm ?? 0;
  const changed = { model, optimizer: buildOptimizer(training, model), scaler, clipGradNorm };
  const loss = buildLoss(training);
  const classWeight = buildClassWeight(training, labels, sizes.num_classes, compute.device);
  const changes = {
    augmentation: augmentationOf(config.augmentation),
    stream: augmentationStream(experiment.seed, 1),
  };
  model.train();
  const step = (): void => {
    tidy(() => {
      const { batch, targets } = profileRange('batch', () => ({
        batch: makeBatch(pixels, positions, normalisation, compute, changes),
        targets: targetsOf(labels, positions, compute.device),
      }));
      profileRange('learn', () => {
        const weigh = (value: Tensor): Tensor => weighed(value, 1, scaler);
        learnFrom((x) => model.call(x), batch, targets, loss, classWeight, compute, weigh);
      });
      profileRange('optimizer', () => changeParameters(changed, false));
    });
  };
  return measured(model, step, cudaDevice(compute.device));
}

/** One batch of extraction: batch, forward up to the features, their values. */
export function profileExtraction(config: Config, compute: Compute, network: Network): Profile {
  const { pixels, positions } = madeUpSlices(config, inferenceBatch(config.extraction.batch_size, compute));
  const { model, normalisation } = network;
  model.eval();
  foldForInference(model, compute, config.data.image_size);
  const step = (): void => {
    profileRange('forward', () =>
      tidy(() => featuresOf({ model, normalisation, compute }, pixels, positions).toFloat32Array()),
    );
  };
  return measured(model, step, cudaDevice(compute.device));
}

/**
 * Profiles a step after some that choose kernels and get memory. On a measured device the step's duration is that of one that is
 * not profiled, for profiling holds the device.
 */
export function measured(
  model: nn.AnyModule,
  step: () => void,
  device: Pick<CudaDevice, 'synchronize' | 'startProfile' | 'stopProfile'> | null,
): Profile {
  for (let i = 0; i < WARM_UP; i++) step();
  if (device === null) return profile(model, step).profile;
  let duration = Number.POSITIVE_INFINITY;
  for (let i = 0; i < PLAIN_STEPS; i++) {
    device.synchronize();
    const start = performance.now();
    step();
    device.synchronize();
    duration = Math.min(duration, 1000 * (performance.now() - start));
  }
  return { ...profile(model, step, device).profile, duration };
}

/** Where training has its slices: on a GPU, where there is one. */
function placed(pixels: SlicePixels, count: number, device: string): SlicePixels {
  if (cudaDevice(device) === null) return pixels;
  return makeResident(pixels, count, device, Number.POSITIVE_INFINITY) ?? pixels;
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
