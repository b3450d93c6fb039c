import type { ConfigFlag, ConfigKeyPath } from '@radweave/artifacts';

export function set(flag: string, key: ConfigKeyPath): ConfigFlag {
  return { flag, key };
}

/** One without an argument that switches something on. */
export function on(flag: string, key: ConfigKeyPath): ConfigFlag {
  return { flag, key, value: 'true' };
}

/** One without an argument that switches something off; the key's description says what it switches on. */
export function off(flag: string, key: ConfigKeyPath, description: string): ConfigFlag {
  return { flag, key, value: 'false', description };
}

/** Flags that several commands have. */
const USUAL = {
  root_dir: set('root_dir', 'data.root_dir'),
  table: set('table', 'data.table'),
  table_columns: set('table_columns', 'data.table_columns'),
  labels: set('labels', 'data.labels'),
  splits_dir: { ...set('splits_dir', 'data.splits_dir'), isRead: true },
  feature_dir: { ...set('feature_dir', 'data.features_dir'), isRead: true },
  fusion_dir: { ...set('fusion_dir', 'fusion.output_dir'), isRead: true },
  output_dir: set('output_dir', 'experiment.output_dir'),
  modalities: set('modalities', 'data.modalities'),
  missing: set('missing', 'data.missing'),
  resize: {
    ...on('resize', 'data.resize'),
    description:
      'Resize square images of a different size (bilinear, antialiased) instead of stopping; for images that are not square give --set data.resize=pad (adds black margins) or data.resize=stretch',
  },
  num_workers: set('num_workers', 'data.num_workers'),
  no_augment: off('no_augment', 'augmentation.enabled', 'Train without augmentation'),
  precision: set('precision', 'training.precision'),
  device: set('device', 'training.device'),
  seed: set('seed', 'experiment.seed'),
} as const;

export function usual(...names: readonly (keyof typeof USUAL)[]): ConfigFlag[] {
  return names.map((name) => USUAL[name]);
}

export const evaluationFlags: readonly ConfigFlag[] = [
  set('aggregation', 'evaluation.aggregation'),
  set('top_k', 'evaluation.top_k'),
  set('threshold_rule', 'evaluation.threshold_rule'),
  set('target_sensitivity', 'evaluation.target_sensitivity'),
  set('calibration', 'evaluation.calibration'),
  set('bootstrap_replicates', 'evaluation.bootstrap_replicates'),
  set('confidence_level', 'evaluation.confidence_level'),
  set('proportion_method', 'evaluation.proportion_method'),
];
