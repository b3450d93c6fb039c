import type { Config } from '@radweave/artifacts';
import { fromTypedArray, type nn, optim, type Tensor } from '@radweave/torch';
import type { Arithmetic } from '../compute/under-precision.ts';
import type { Workload } from '../compute/workload.ts';
import type { NetworkSpec } from '../open/network-spec.ts';
import { trainingWork } from '../open/workload.ts';
import { type Augmentation, isAugmenting } from '../slices/augment.ts';
import { classWeights } from './class-weights.ts';
import { asymmetricLoss, crossEntropyLoss, focalLoss, type Loss } from './losses.ts';

/** From configuration to the values training works with: one function for each choice. */

type TrainingConfig = Config['training'];

export function buildLoss(training: TrainingConfig): Loss {
  switch (training.loss_type) {
    case 'ce':
      return crossEntropyLoss();
    case 'focal':
      return focalLoss(training.focal_gamma);
    case 'asymmetric':
      return asymmetricLoss(
        training.asymmetric_gamma_pos,
        training.asymmetric_gamma_neg,
        training.asymmetric_clip,
      );
  }
}

export function buildClassWeight(
  training: TrainingConfig,
  labels: Int32Array,
  classes: number,
  device: string,
): Tensor | null {
  const weights = classWeights(training.class_weights, Array.from(labels), classes);
  return weights === null ? null : fromTypedArray(Float32Array.from(weights), [classes], { device }).keep();
}

/** In float16: what keeps gradients within its range. */
export function buildScaler({ device, precision }: Arithmetic): optim.GradScaler | null {
  return precision === 'fp16' ? new optim.GradScaler(device) : null;
}

/** The optimizer over what learns; frozen parameters are left out. */
export function buildOptimizer(training: TrainingConfig, model: nn.Module): optim.Optimizer {
  const { learning_rate: lr, weight_decay: weightDecay, momentum } = training;
  const learning = model.parameters().filter((parameter) => parameter.requiresGrad);
  const params = training.weight_decay_exclude_norm ? optim.decayGroups(model, weightDecay) : learning;
  switch (training.optimizer) {
    case 'adam':
      return new optim.Adam(params, { lr, weightDecay });
    case 'adamw':
      return new optim.AdamW(params, { lr, weightDecay });
    case 'sgd':
      return new optim.SGD(params, { lr, weightDecay, momentum });
  }
}

export function buildScheduler(training: TrainingConfig, optimizer: optim.Optimizer): optim.Scheduler {
  switch (training.scheduler) {
    case 'cosine':
      return new optim.CosineAnnealingLR(optimizer, {
        tMax: training.epochs,
        etaMin: training.cosine_min_lr,
      });
    case 'step':
      return new optim.StepLR(optimizer, { stepSize: training.step_size, gamma: training.step_gamma });
    case 'plateau':
      return new optim.ReduceLROnPlateau(optimizer, {
        factor: training.plateau_factor,
        patience: training.plateau_patience,
      });
  }
}

export function augmentationOf(a: Config['augmentation']): Augmentation {
  const on = a.enabled;
  return {
    horizontalFlip: on && a.horizontal_flip,
    verticalFlip: on && a.vertical_flip,
    rotationDegrees: on ? a.rotation_degrees : 0,
    translation: on ? a.translation : 0,
    scale: on ? a.scale : 0,
    brightness: on ? a.brightness : 0,
    contrast: on ? a.contrast : 0,
    randomErasing: on ? a.random_erasing : 0,
  };
}

/** A step of training, for choosing its precision. */
export function buildWork(config: Config, network: NetworkSpec): Workload {
  return trainingWork(
    network,
    config.training.batch_size,
    !isAugmenting(augmentationOf(config.augmentation)),
  );
}
