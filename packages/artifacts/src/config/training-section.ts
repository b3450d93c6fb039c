import { z } from 'zod';
import { choice, decimal, flag, integer } from './keys.ts';
import { PRECISIONS } from './precision.ts';

export const training = {
  batch_size: integer(64, 'Batch size: slices per step', 1),
  epochs: integer(100, 'Number of epochs', 1),
  learning_rate: decimal(1e-4, 'Initial learning rate', { above: 0 }),
  weight_decay: decimal(1e-4, 'Weight decay', { min: 0 }),
  weight_decay_exclude_norm: flag(false, 'Apply no weight decay to norm layers and biases'),
  loss_type: choice(
    ['ce', 'focal', 'asymmetric'],
    'ce',
    'Loss: cross entropy, focal (Lin 2017), asymmetric (Ridnik 2021)',
  ),
  focal_gamma: decimal(2, 'Focusing exponent of the focal loss', { min: 0 }),
  asymmetric_gamma_pos: decimal(1, 'Exponent for positives of the asymmetric loss', { min: 0 }),
  asymmetric_gamma_neg: decimal(4, 'Exponent for negatives of the asymmetric loss', { min: 0 }),
  asymmetric_clip: decimal(0.05, 'Probability margin for negatives of the asymmetric loss', {
    min: 0,
    below: 1,
  }),
  class_weights: z
    .union([z.enum(['none', 'balanced']), z.array(z.number().positive()).min(2)])
    .default('none')
    .meta({
      description: 'Class weights of the loss; balanced: n / (classes × n_c) over the training slices',
      allowed: 'none | balanced | one number > 0 for each class',
    }),
  optimizer: choice(['adam', 'sgd', 'adamw'], 'adamw', 'Optimizer'),
  momentum: decimal(0.9, 'Momentum (optimizer sgd)', { min: 0, below: 1 }),
  scheduler: choice(['cosine', 'step', 'plateau'], 'cosine', 'Learning-rate schedule, one step per epoch'),
  cosine_min_lr: decimal(0, 'Final learning rate (scheduler cosine)', { min: 0 }),
  step_size: integer(30, 'Epochs between learning-rate drops (scheduler step)', 1),
  step_gamma: decimal(0.1, 'Factor of each drop (scheduler step)', { above: 0, max: 1 }),
  plateau_factor: decimal(0.1, 'Factor of each drop (scheduler plateau)', { above: 0, below: 1 }),
  plateau_patience: integer(
    5,
    'Epochs without a better validation AUC that are allowed before a drop (scheduler plateau)',
    0,
  ),
  early_stop_patience: integer(10, 'Epochs without a better validation score before training stops', 1),
  early_stop_enabled: flag(true, 'Stop when the validation score no longer improves'),
  grad_accumulation: integer(1, 'Gradient accumulation: batches per optimizer step', 1),
  auto_batch_size: flag(
    false,
    'On a GPU: split batch_size into the largest batches that fit into its memory; a step still has batch_size slices',
  ),
  sync_batch_norm: flag(
    true,
    'With several processes: compute batch norm over the whole batch, as one process does; false: over the slices of each process alone, which needs less communication',
  ),
  clip_grad_norm: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .meta({ description: 'Clip the gradient to this norm; null: no clipping' }),
  precision: choice(
    ['auto', ...PRECISIONS],
    'auto',
    'Precision; auto picks the fastest on this machine (on a CPU, as measured), fp32 is the most exact',
  ),
  deterministic: flag(
    false,
    'Bit-identical results of repeated runs on a GPU too; slower (a CPU gives them anyway)',
  ),
  monitor: choice(
    ['auc', 'patient_auc'],
    'auc',
    'Validation score that chooses the best epoch: AUC of slices or of patients',
  ),
  shuffle: flag(true, 'Shuffle the training slices every epoch'),
  device: z
    .string()
    .regex(/^(auto|cpu|mps|cuda(:\d+)?)$/)
    .default('auto')
    .meta({ description: 'Device that networks run on', allowed: 'auto | cpu | cuda | cuda:N | mps' }),
};

export const augmentation = {
  enabled: flag(true, 'Augment the training slices'),
  horizontal_flip: flag(true, 'Flip left and right with probability 0.5'),
  vertical_flip: flag(false, 'Flip top and bottom with probability 0.5'),
  rotation_degrees: decimal(15, 'Maximum rotation in degrees, to either side', { min: 0, max: 180 }),
  translation: decimal(0, 'Maximum shift as a fraction of the image size', { min: 0, max: 1 }),
  scale: decimal(0, 'Maximum change of size: 0.1 scales by 0.9 to 1.1', { min: 0, below: 1 }),
  brightness: decimal(0, 'Maximum change of brightness: 0.1 multiplies by 0.9 to 1.1', { min: 0, max: 1 }),
  contrast: decimal(0, 'Maximum change of contrast: 0.1 multiplies by 0.9 to 1.1', { min: 0, max: 1 }),
  random_erasing: decimal(0, 'Probability of erasing a random rectangle', { min: 0, max: 1 }),
  normalize: choice(
    ['fixed', 'auto'],
    'fixed',
    'Pixel statistics: fixed are normalize_mean and normalize_std, auto those of the pretrained weights',
  ),
  normalize_mean: decimal(0.5, 'Mean for normalising pixels (values from 0 to 1)'),
  normalize_std: decimal(0.5, 'Standard deviation for normalising pixels', { above: 0 }),
};
