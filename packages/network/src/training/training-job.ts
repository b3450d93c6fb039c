import type { ImageModel } from '@radweave/models';
import type { optim, RecordingDevice, Tensor } from '@radweave/torch';
import type { Compute } from '../compute/compute.ts';
import type { Augmentation } from '../slices/augment.ts';
import type { Normalisation } from '../slices/batches.ts';
import type { SliceSet } from '../slices/slice-pixels.ts';
import type { FrozenOutputs } from './frozen-outputs.ts';
import type { Loss } from './losses.ts';
import type { Ranks } from './ranks.ts';
import type { Changed } from './update.ts';

export interface TrainingJob extends Changed {
  model: ImageModel;
  frozen: FrozenOutputs;
  scheduler: optim.Scheduler;
  loss: Loss;
  classWeight: Tensor | null;
  compute: Compute;
  train: SliceSet;
  validation: SliceSet;
  classes: number;
  epochs: number;
  batchSize: number;
  seed: number;
  shuffle: boolean;
  augmentation: Augmentation;
  normalisation: Normalisation;
  gradAccumulation: number;
  /** Epochs without a better validation score before training stops; null never stops early. */
  patience: number | null;
  monitor: 'auc' | 'patient_auc';
  /** Where whole steps can be recorded and launched in one call; null elsewhere. */
  recording: RecordingDevice | null;
  /** The processes that train together; null for one alone. */
  ranks: Ranks | null;
  /** The class weights, where the loss is a mean weighted by them; else null. */
  meanWeight: Tensor | null;
}
