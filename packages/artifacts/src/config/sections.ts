import { z } from 'zod';
import { spellingKey } from '../cell-values.ts';
import { folderNameField } from '../names.ts';
import { choice, decimal, flag, integer, name, optionalText } from './keys.ts';

/** Seeds beyond 32 bits would not be the same number in every tool that reads the file. */
const SEED_MAX = 2 ** 32 - 1;

/** Modalities are folder names and parts of file names on every platform. */
const modality = folderNameField('modality');

export const data = {
  root_dir: optionalText(
    'Folder of the hospitals, or s3://BUCKET/PREFIX; in that of each: [foldK/]grade{label}/{patient}/{modality}',
  ),
  labels: z
    .array(z.string().regex(/\S/))
    .min(2)
    .refine((list) => new Set(list.map(spellingKey)).size === list.length, 'data.labels lists a name twice')
    .nullable()
    .default(null)
    .meta({
      description:
        'Names of the class folders, in the order of the labels 0, 1, …; by default grade0, grade1, …, or other names in their natural order',
      allowed: 'names, each once',
    }),
  table: optionalText(
    'Table of the patients (CSV or .xlsx): patient, and optionally hospital, label, image, modality, split and visit; other columns are carried along',
  ),
  table_columns: z
    .array(z.string().regex(/^[a-z]+=./, 'Give what a column is for and its name, such as label=Diagnosis'))
    .default([])
    .meta({
      description:
        'What a column of the table is for, where its name does not say it, such as label=Diagnosis',
      allowed: 'USE=COLUMN; USE is patient, hospital, label, image, modality, split or visit',
    }),
  clinical: z
    .array(z.string().min(1))
    .refine((list) => new Set(list).size === list.length, 'data.clinical lists a column twice')
    .default([])
    .meta({
      description:
        'Columns of the table of patients that the report summarises, such as age and sex; do not name a column that identifies a patient',
      allowed: 'names of columns of `data.table`',
    }),
  splits_dir: name('data/splits', 'Folder of the split CSV files'),
  study_key: optionalText(
    'File of the key under which checkpoints name patients; by default study-private/study_key.txt beside the splits',
  ),
  features_dir: name('data/features', 'Folder of the extracted features'),
  modalities: z
    .array(modality)
    .min(1)
    .refine((list) => new Set(list).size === list.length, 'data.modalities lists a modality twice')
    .default(['A', 'P'])
    .meta({
      description: 'Modalities to use; for patients who lack one see `data.missing`',
      allowed: 'folder names, each once',
    }),
  missing: choice(
    ['drop', 'allow'],
    'drop',
    'Patients who lack a modality: drop leaves them out; with allow they stay in the sets of the modalities that they have',
  ),
  home_hospital: name(
    'JM',
    'Hospital split into training and validation; all others are the external test set',
  ),
  train_ratio: decimal(0.7, "Share of the home hospital's patients used for training", {
    above: 0,
    below: 1,
  }),
  image_size: integer(224, 'Height and width of the images in pixels', 16, 4096),
  resize: z
    .union([z.boolean(), z.enum(['pad', 'stretch'])])
    .default(false)
    .meta({
      description:
        'Resize images of a different size (bilinear, antialiased) instead of stopping; true refuses images that are not square, pad adds black margins to them, stretch distorts them',
      allowed: 'false | true | pad | stretch',
    }),
  num_workers: integer(0, 'Threads that decode images; 0: as the number of cores allows', 0, 1024),
};

export const preprocess = {
  relative_paths: flag(
    false,
    'Write image paths relative to the split files, so that both can be moved together',
  ),
  skip_unreadable: flag(false, 'Leave out unreadable images instead of stopping'),
  exclude_conflicts: flag(false, 'Leave out patients with conflicting labels or images instead of stopping'),
  log_dir: optionalText('Folder of the preprocessing log; by default the folder of the splits'),
};

export const model = {
  name: name('resnet18', 'Architecture; `radweave models list` shows all'),
  pretrained: flag(true, 'Start from ImageNet weights'),
  weights: optionalText(
    'File of initial weights (.pth or .safetensors), used instead of the ImageNet weights',
  ),
  num_classes: integer(2, 'Number of labels', 2, 1000),
  freeze_stages: integer(0, 'Freeze the stem and this many stages; 0 trains everything', 0, 16),
  zero_init_last: flag(
    true,
    "Without pretrained weights, start each block's last batch norm at 0 as timm does; at 1 (false) ResNets learn sooner",
  ),
};

export const extraction = {
  batch_size: integer(
    64,
    'Batch size of inference (a CPU works on at most 16 slices or one per thread at a time, a GPU of 20 GiB or more on four batches)',
    1,
  ),
  slice_index: flag(false, "Write a CSV beside each patient's features that names each row's slice"),
};

export const fusion = {
  output_dir: optionalText('Folder of the fusion results; by default `fusion` in experiment.output_dir'),
  use_aligned: flag(
    false,
    'Use the aligned feature tables, and align first where they are missing or out of date',
  ),
  C: decimal(1, 'Inverse of the L2 regularisation strength', { above: 0 }),
  max_iter: integer(1000, 'Maximum number of L-BFGS iterations', 1),
  random_state: integer(42, 'Random seed of the classifier (its solver is deterministic)', 0, SEED_MAX),
  standardize: flag(true, 'Scale each feature to mean 0 and variance 1 over the training patients'),
};

/** How heat maps may be computed. */
export const MAP_METHODS = ['grad-cam', 'hirescam'] as const;
export type MapMethod = (typeof MAP_METHODS)[number];

export const explanation = {
  method: choice(
    MAP_METHODS,
    'grad-cam',
    'How heat maps weigh a feature map: grad-cam by the mean of its gradient (Selvaraju 2017), hirescam position by position (Draelos 2020)',
  ),
  layer: optionalText("Layer of the heat maps; by default the model's last feature map"),
};

export const experiment = {
  name: folderNameField('run', true).default('').meta({
    description: 'Name of the run and its folders; if empty, made from model, modality and time',
    allowed: 'a folder name',
  }),
  seed: integer(42, 'Random seed of the whole study', 0, SEED_MAX),
  output_dir: name('outputs/feature_extract', 'Folder of checkpoints, logs, fusion and figures'),
  copy_to: optionalText(
    'Keep copies of results, splits and features below s3://BUCKET/PREFIX; a machine without results starts from them',
  ),
  save_best_only: flag(true, 'Keep only the best and the last checkpoint, not one per epoch'),
  save_last: flag(
    true,
    'Keep a last checkpoint, from which a stopped training continues; without it, training starts from the beginning',
  ),
  log_interval: integer(10, 'Steps between log lines', 1),
};
