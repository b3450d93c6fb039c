import type { Precision } from './precision.ts';

/** The `data` section: where the images are and how patients are divided. */
export interface DataConfig {
  root_dir: string | null;
  splits_dir: string;
  features_dir: string;
  modalities: string[];
  home_hospital: string;
  train_ratio: number;
  image_size: number;
  resize: boolean;
  num_workers: number;
}

/** The `preprocess` section. */
export interface PreprocessConfig {
  relative_paths: boolean;
  skip_unreadable: boolean;
  exclude_conflicts: boolean;
  log_dir: string | null;
}

/** The `model` section. */
export interface ModelConfig {
  name: string;
  pretrained: boolean;
  weights: string | null;
  num_classes: number;
  freeze_stages: number;
  zero_init_last: boolean;
}

/** The `training` section. */
export interface TrainingConfig {
  batch_size: number;
  epochs: number;
  learning_rate: number;
  weight_decay: number;
  weight_decay_exclude_norm: boolean;
  loss_type: 'ce' | 'focal' | 'asymmetric';
  focal_gamma: number;
  asymmetric_gamma_pos: number;
  asymmetric_gamma_neg: number;
  asymmetric_clip: number;
  class_weights: 'none' | 'balanced' | number[];
  optimizer: 'adam' | 'sgd' | 'adamw';
  momentum: number;
  scheduler: 'cosine' | 'step' | 'plateau';
  cosine_min_lr: number;
  step_size: number;
  step_gamma: number;
  plateau_factor: number;
  plateau_patience: number;
  early_stop_patience: number;
  early_stop_enabled: boolean;
  grad_accumulation: number;
  auto_batch_size: boolean;
  clip_grad_norm: number | null;
  precision: 'auto' | Precision;
  deterministic: boolean;
  monitor: 'auc' | 'patient_auc';
  shuffle: boolean;
  device: string;
}

/** The `augmentation` section. */
export interface AugmentationConfig {
  enabled: boolean;
  horizontal_flip: boolean;
  vertical_flip: boolean;
  rotation_degrees: number;
  translation: number;
  scale: number;
  brightness: number;
  contrast: number;
  random_erasing: number;
  normalize: 'fixed' | 'auto';
  normalize_mean: number;
  normalize_std: number;
}

/** The `extraction` section. */
export interface ExtractionConfig {
  batch_size: number;
  slice_index: boolean;
}

/** The `fusion` section; its names are scikit-learn's. */
export interface FusionConfig {
  output_dir: string | null;
  use_aligned: boolean;
  C: number;
  max_iter: number;
  random_state: number;
  standardize: boolean;
}

/** The `evaluation` section. */
export interface EvaluationConfig {
  aggregation: 'mean' | 'max' | 'top_k' | 'median' | 'auto';
  top_k: number;
  threshold_rule: 'youden' | 'sensitivity' | 'fixed';
  target_sensitivity: number;
  calibration: 'none' | 'platt' | 'isotonic' | 'temperature';
  bootstrap_replicates: number;
  confidence_level: number;
  proportion_method: 'clopper-pearson' | 'wilson';
}

/** The `experiment` section. */
export interface ExperimentConfig {
  name: string;
  seed: number;
  output_dir: string;
  save_best_only: boolean;
  log_interval: number;
}

/** How good the settings of a `best_hparams` file were. Other fields are kept. */
export interface HparamsRecord {
  val_auc: number;
  split_hash: string;
  epoch: number;
  [field: string]: unknown;
}

/** The whole configuration, every key filled in. */
export interface Config {
  data: DataConfig;
  preprocess: PreprocessConfig;
  model: ModelConfig;
  training: TrainingConfig;
  augmentation: AugmentationConfig;
  extraction: ExtractionConfig;
  fusion: FusionConfig;
  evaluation: EvaluationConfig;
  experiment: ExperimentConfig;
  /** Only in `config/best_hparams/*.yaml`. */
  record?: HparamsRecord | undefined;
}

/** The names of the sections. */
export type SectionName = Exclude<keyof Config, 'record'>;

/** `section.key`. */
export type ConfigKeyPath = { [S in SectionName]: `${S}.${keyof Config[S] & string}` }[SectionName];
