import { type ConfigKey, findConfigKey } from './describe.ts';
import type { ConfigKeyPath } from './types.ts';

/** A command-line flag that sets a configuration key. */
export interface ConfigFlag {
  /** In snake_case, without dashes; kebab-case is accepted too. */
  readonly flag: string;
  readonly key: ConfigKeyPath;
  /** For flags without an argument: the value they set. */
  readonly value?: string;
  /** What the flag does, where the key's own description says the opposite. */
  readonly description?: string;
}

const set = (flag: string, key: ConfigKeyPath): ConfigFlag => ({ flag, key });
/** A flag without an argument that switches something on. */
const on = (flag: string, key: ConfigKeyPath): ConfigFlag => ({ flag, key, value: 'true' });
/** A flag without an argument that switches something off; the key's description says what it switches on. */
const off = (flag: string, key: ConfigKeyPath, description: string): ConfigFlag => ({
  flag,
  key,
  value: 'false',
  description,
});

const seed = set('seed', 'experiment.seed');
const device = set('device', 'training.device');
const precision = set('precision', 'training.precision');
const rootDir = set('root_dir', 'data.root_dir');
const splitsDir = set('splits_dir', 'data.splits_dir');
const modalities = set('modalities', 'data.modalities');
const featureDir = set('feature_dir', 'data.features_dir');
const workers = set('num_workers', 'data.num_workers');
const evaluation = [
  set('aggregation', 'evaluation.aggregation'),
  set('top_k', 'evaluation.top_k'),
  set('threshold_rule', 'evaluation.threshold_rule'),
  set('target_sensitivity', 'evaluation.target_sensitivity'),
  set('calibration', 'evaluation.calibration'),
  set('bootstrap_replicates', 'evaluation.bootstrap_replicates'),
  set('confidence_level', 'evaluation.confidence_level'),
  set('proportion_method', 'evaluation.proportion_method'),
];
const noAugment = off('no_augment', 'augmentation.enabled', 'Train without augmentation');
const resize = on('resize', 'data.resize');

/**
 * Which configuration key each flag of each command sets. Flags that choose what to do rather than how (`--modality`,
 * `--resume`, `--checkpoint`, and extract's `--model`, which picks a checkpoint) belong to the commands themselves.
 */
export const CONFIG_FLAGS: Readonly<Record<string, readonly ConfigFlag[]>> = {
  preprocess: [
    rootDir,
    modalities,
    set('output_dir', 'data.splits_dir'),
    set('train_ratio', 'data.train_ratio'),
    set('home_hospital', 'data.home_hospital'),
    set('image_size', 'data.image_size'),
    set('log_dir', 'preprocess.log_dir'),
    on('relative_paths', 'preprocess.relative_paths'),
    on('skip_unreadable', 'preprocess.skip_unreadable'),
    on('exclude_conflicts', 'preprocess.exclude_conflicts'),
    resize,
    workers,
    seed,
  ],
  train: [
    set('model', 'model.name'),
    set('pretrained', 'model.pretrained'),
    set('weights', 'model.weights'),
    set('freeze_stages', 'model.freeze_stages'),
    set('epochs', 'training.epochs'),
    set('batch_size', 'training.batch_size'),
    set('grad_accumulation', 'training.grad_accumulation'),
    on('auto_batch_size', 'training.auto_batch_size'),
    set('learning_rate', 'training.learning_rate'),
    set('loss_type', 'training.loss_type'),
    set('optimizer', 'training.optimizer'),
    set('scheduler', 'training.scheduler'),
    off('disable_early_stop', 'training.early_stop_enabled', 'Train all epochs, without early stopping'),
    off('no_shuffle', 'training.shuffle', 'Keep the training slices in the order of the file'),
    noAugment,
    precision,
    on('deterministic', 'training.deterministic'),
    device,
    rootDir,
    splitsDir,
    resize,
    workers,
    set('exp_name', 'experiment.name'),
    set('output_dir', 'experiment.output_dir'),
    seed,
  ],
  extract: [
    set('output_dir', 'data.features_dir'),
    set('batch_size', 'extraction.batch_size'),
    on('slice_index', 'extraction.slice_index'),
    precision,
    device,
    rootDir,
    splitsDir,
    resize,
    workers,
    seed,
  ],
  align: [modalities, featureDir, splitsDir],
  fuse: [
    modalities,
    featureDir,
    splitsDir,
    set('output_dir', 'fusion.output_dir'),
    on('use_aligned', 'fusion.use_aligned'),
    set('C', 'fusion.C'),
    set('max_iter', 'fusion.max_iter'),
    set('random_state', 'fusion.random_state'),
    off('no_standardize', 'fusion.standardize', 'Do not standardise the features'),
    ...evaluation,
    seed,
  ],
  evaluate: [
    modalities,
    splitsDir,
    set('fusion_dir', 'fusion.output_dir'),
    set('output_dir', 'experiment.output_dir'),
    ...evaluation,
    seed,
  ],
  audit: [
    modalities,
    featureDir,
    rootDir,
    splitsDir,
    set('fusion_dir', 'fusion.output_dir'),
    set('output_dir', 'experiment.output_dir'),
    workers,
  ],
  explain: [
    rootDir,
    splitsDir,
    set('output_dir', 'experiment.output_dir'),
    set('batch_size', 'extraction.batch_size'),
    device,
    resize,
    workers,
    seed,
  ],
  harmonize: [modalities, featureDir, splitsDir, set('output_dir', 'experiment.output_dir'), seed],
  predict: [set('batch_size', 'extraction.batch_size'), precision, device, resize, workers],
  verify: [rootDir, splitsDir, featureDir, set('fusion_dir', 'fusion.output_dir'), workers],
  visualize: [modalities, featureDir, splitsDir, seed],
  report: [
    featureDir,
    splitsDir,
    set('fusion_dir', 'fusion.output_dir'),
    set('output_dir', 'experiment.output_dir'),
    seed,
  ],
  profile: [
    set('model', 'model.name'),
    set('freeze_stages', 'model.freeze_stages'),
    set('batch_size', 'training.batch_size'),
    set('image_size', 'data.image_size'),
    noAugment,
    precision,
    device,
    seed,
  ],
  run: [rootDir, device, seed],
};

/** The canonical name of a flag as typed: `--batch-size` → `batch_size`. */
export function canonicalFlag(typed: string): string {
  return typed.replace(/^-+/, '').replaceAll('-', '_');
}

/** The flags of a command with the key each sets and a description, for parsing and `--help`. */
export function configFlags(
  command: string,
): (ConfigFlag & { readonly describes: ConfigKey; readonly description: string })[] {
  return (CONFIG_FLAGS[command] ?? []).flatMap((flag) => {
    const describes = findConfigKey(flag.key);
    if (describes === undefined) return [];
    return [{ ...flag, describes, description: flag.description ?? describes.description }];
  });
}
