import { z } from 'zod';
import { FOLDER_NAME, MODALITY_NAME } from '../names.ts';
import { decimal, flag, integer, name, optionalText } from './keys.ts';

/** Seeds beyond 32 bits would not be the same number in every tool that reads the file. */
const SEED_MAX = 2 ** 32 - 1;

/** Modalities are folder names and parts of file names on every platform. */
const modality = z.string().regex(MODALITY_NAME);

export const data = {
  root_dir: optionalText(
    'Folder that holds the hospitals: ROOT/HOSPITAL/[foldK/]grade{label}/{patient_id}/{modality}',
  ),
  splits_dir: name('data/splits', 'Folder of the split CSV files'),
  features_dir: name('data/features', 'Folder of the extracted features'),
  modalities: z
    .array(modality)
    .min(1)
    .refine((list) => new Set(list).size === list.length, 'data.modalities lists a modality twice')
    .default(['A', 'P'])
    .meta({
      description: 'Modalities every patient must have',
      allowed: 'different folder names',
    }),
  home_hospital: name(
    'JM',
    'Hospital that is divided into training and validation; all others are the test set',
  ),
  train_ratio: decimal(0.7, "Share of the home hospital's patients used for training", {
    above: 0,
    below: 1,
  }),
  image_size: integer(224, 'Height and width of the images in pixels', 16, 4096),
  resize: flag(false, 'Resize images of another size (bilinear, antialiased) instead of stopping'),
  num_workers: integer(0, 'Threads that decode images; 0 chooses by the number of cores', 0, 1024),
};

export const preprocess = {
  relative_paths: flag(
    false,
    'Write image paths relative to the split files, so that both can be moved together',
  ),
  skip_unreadable: flag(false, 'Leave unreadable images out instead of stopping'),
  exclude_conflicts: flag(
    false,
    'Leave patients with conflicting labels, hospitals or images out instead of stopping',
  ),
  log_dir: optionalText('Folder of the preprocessing log; by default the folder of the splits'),
};

export const model = {
  name: name('resnet18', 'Architecture, see `radweave models list`'),
  pretrained: flag(true, 'Start from ImageNet weights'),
  weights: optionalText(
    'File of initial weights (.pth or .safetensors), used instead of the ImageNet weights',
  ),
  num_classes: integer(2, 'Number of labels', 2, 1000),
  freeze_stages: integer(0, 'The stem and this many stages keep their weights; 0 trains everything', 0, 16),
  zero_init_last: flag(
    true,
    "Without initial weights, each block's last batch norm starts at 0 as in timm; false: at 1, which learns sooner (ResNet)",
  ),
};

export const extraction = {
  batch_size: integer(
    64,
    'Slices per batch; a CPU computes at most 16, or one per thread, at once, a GPU of 20 GiB or more four batches',
    1,
  ),
  slice_index: flag(false, "Write a CSV beside each patient's features that names the slice of each row"),
};

export const fusion = {
  output_dir: optionalText('Folder of the fusion results; by default `fusion` in experiment.output_dir'),
  use_aligned: flag(false, 'Use the aligned feature tables, aligning again where they are missing or stale'),
  C: decimal(1, 'Inverse strength of the L2 penalty', { above: 0 }),
  max_iter: integer(1000, 'Most L-BFGS iterations', 1),
  random_state: integer(42, 'Seed', 0, SEED_MAX),
  standardize: flag(true, 'Scale each feature to mean 0 and variance 1, fitted on the training patients'),
};

export const experiment = {
  name: z
    .string()
    .regex(new RegExp(`^$|${FOLDER_NAME.source}`, 'u'))
    .default('')
    .meta({
      description: 'Name of the run and of its folders; empty makes one from model, modality and time',
      allowed: 'a folder name',
    }),
  seed: integer(42, 'Seed of everything random', 0, SEED_MAX),
  output_dir: name('outputs/feature_extract', 'Folder of checkpoints, logs, fusion and figures'),
  save_best_only: flag(true, 'Keep the best and the last checkpoint only, not one of every epoch'),
  log_interval: integer(10, 'Steps between two lines of the log', 1),
};
