import { z } from 'zod';
import { choice, decimal, flag, integer } from './keys.ts';
import { PRECISIONS } from './precision.ts';

export const training = {
  batch_size: integer(64, 'Slices per step', 1),
  epochs: integer(100, 'Passes over the training slices', 1),
  learning_rate: decimal(1e-4, 'Initial learning rate', { above: 0 }),
  weight_decay: decimal(1e-4, 'Weight decay', { min: 0 }),
  weight_decay_exclude_norm: flag(false, 'No weight decay on norm layers and biases'),
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
      description:
        'Weights of the classes in the loss; balanced is n / (classes × n_c) over the training slices',
      allowed: 'none | balanced | one number > 0 for each class',
    }),
  optimizer: choice(['adam', 'sgd', 'adamw'], 'adamw', 'Optimizer'),
  momentum: decimal(0.9, 'Momentum of sgd', { min: 0, below: 1 }),
  scheduler: choice(['cosine', 'step', 'plateau'], 'cosine', 'Learning-rate schedule, stepped once an epoch'),
  cosine_min_lr: decimal(0, 'Last learning rate of cosine', { min: 0 }),
  step_size: integer(30, 'Epochs between two reductions of step', 1),
  step_gamma: decimal(0.1, 'Factor of each reduction of step', { above: 0, max: 1 }),
  plateau_factor: decimal(0.1, 'Factor of each reduction of plateau', { above: 0, below: 1 }),
  plateau_patience: integer(5, 'Epochs without a better validation AUC before plateau reduces', 0),
  early_stop_patience: integer(10, 'Epochs without a better validation score before training stops', 1),
  early_stop_enabled: flag(true, 'Stop early'),
  grad_accumulation: integer(1, 'Batches whose gradients make one step', 1),
  auto_batch_size: flag(
    false,
    'On a GPU: train in the largest part of batch_size that fits into its memory; as many slices make one step',
  ),
  clip_grad_norm: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .meta({ description: 'Largest norm of the gradient; null does not clip' }),
  precision: choice(
    ['auto', ...PRECISIONS],
    'auto',
    'Arithmetic; auto takes the fastest here (on a CPU, by measurement), fp32 is the most exact',
  ),
  deterministic: flag(false, 'Equal bits in every run on a GPU too; slower (a CPU gives them anyway)'),
  monitor: choice(
    ['auc', 'patient_auc'],
    'auc',
    'Validation score that chooses the best epoch, per slice or per patient',
  ),
  shuffle: flag(true, 'Shuffle the training slices each epoch'),
  device: z
    .string()
    .regex(/^(auto|cpu|mps|cuda(:\d+)?)$/)
    .default('auto')
    .meta({ description: 'Device for training and extraction', allowed: 'auto | cpu | cuda | cuda:N | mps' }),
};

export const augmentation = {
  enabled: flag(true, 'Augment training slices at all'),
  horizontal_flip: flag(true, 'Flip left and right with probability 0.5'),
  vertical_flip: flag(false, 'Flip top and bottom with probability 0.5'),
  rotation_degrees: decimal(15, 'Largest rotation to either side in degrees', { min: 0, max: 180 }),
  translation: decimal(0, 'Largest shift as a share of the image size', { min: 0, max: 1 }),
  scale: decimal(0, 'Largest change of size: 0.1 scales by 0.9 to 1.1', { min: 0, below: 1 }),
  brightness: decimal(0, 'Largest change of brightness: 0.1 multiplies by 0.9 to 1.1', { min: 0, max: 1 }),
  contrast: decimal(0, 'Largest change of contrast: 0.1 multiplies by 0.9 to 1.1', { min: 0, max: 1 }),
  random_erasing: decimal(0, 'Probability of erasing a random rectangle', { min: 0, max: 1 }),
  normalize: choice(
    ['fixed', 'auto'],
    'fixed',
    "fixed uses normalize_mean and normalize_std, auto the pretrained weights' own statistics",
  ),
  normalize_mean: decimal(0.5, 'Subtracted from pixel values in 0–1'),
  normalize_std: decimal(0.5, 'Divides pixel values after the mean is subtracted', { above: 0 }),
};
