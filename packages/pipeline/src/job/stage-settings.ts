import {
  type Config,
  type ConfigKeyPath,
  defaultConfig,
  relativeToOutput,
  settingKeys,
  settingOf,
} from '@radweave/artifacts';
import { computingDevice } from '@radweave/network/compute/device';
import { keptPrecision } from '@radweave/network/compute/kept-precision';
import type { SomeStage } from '../declare/stage.ts';

/** Settings that change no result: how fast it comes, what is said and where else it is written. */
export const WITHOUT_EFFECT: readonly ConfigKeyPath[] = [
  'data.num_workers',
  // Under which key checkpoints name patients.
  'data.study_key',
  'preprocess.log_dir',
  'experiment.output_dir',
  'experiment.copy_to',
  'experiment.save_best_only',
  'experiment.save_last',
  'experiment.log_interval',
  // The content of the file counts, as one of the inputs.
  'model.weights',
  'data.table',
  // Of several processes for one training, which no job has.
  'training.sync_batch_norm',
];

/** Settings that count only with some values of another one. */
const COUNTS_WITH: Readonly<
  Partial<Record<ConfigKeyPath, readonly [other: ConfigKeyPath, ...values: unknown[]]>>
> = {
  'training.focal_gamma': ['training.loss_type', 'focal'],
  'training.asymmetric_gamma_pos': ['training.loss_type', 'asymmetric'],
  'training.asymmetric_gamma_neg': ['training.loss_type', 'asymmetric'],
  'training.asymmetric_clip': ['training.loss_type', 'asymmetric'],
  'training.momentum': ['training.optimizer', 'sgd'],
  'training.cosine_min_lr': ['training.scheduler', 'cosine'],
  'training.step_size': ['training.scheduler', 'step'],
  'training.step_gamma': ['training.scheduler', 'step'],
  'training.plateau_factor': ['training.scheduler', 'plateau'],
  'training.plateau_patience': ['training.scheduler', 'plateau'],
  'training.early_stop_patience': ['training.early_stop_enabled', true],
  'augmentation.horizontal_flip': ['augmentation.enabled', true],
  'augmentation.vertical_flip': ['augmentation.enabled', true],
  'augmentation.rotation_degrees': ['augmentation.enabled', true],
  'augmentation.translation': ['augmentation.enabled', true],
  'augmentation.scale': ['augmentation.enabled', true],
  'augmentation.brightness': ['augmentation.enabled', true],
  'augmentation.contrast': ['augmentation.enabled', true],
  'augmentation.random_erasing': ['augmentation.enabled', true],
  'augmentation.normalize_mean': ['augmentation.normalize', 'fixed'],
  'augmentation.normalize_std': ['augmentation.normalize', 'fixed'],
  'evaluation.target_sensitivity': ['evaluation.threshold_rule', 'sensitivity'],
  'evaluation.top_k': ['evaluation.aggregation', 'top_k', 'auto'],
};

const PLACES: readonly ConfigKeyPath[] = ['data.root_dir', 'data.splits_dir', 'data.features_dir'];

/** The settings that a stage's result depends on, by key, such that equal ones are equal however they are spelled. */
export async function stageSettings(
  config: Config,
  { settings, precisionOf }: Pick<SomeStage, 'settings' | 'precisionOf'>,
): Promise<Record<string, unknown>> {
  const keys = settingKeys(settings).filter((key) => !WITHOUT_EFFECT.includes(key));
  const pairs: [string, unknown][] = [];
  for (const key of keys) {
    // One without effect stands as if nobody had set it.
    const from = counts(config, key) ? config : defaultConfig();
    pairs.push([key, await settled(from, key, precisionOf)]);
  }
  return Object.fromEntries(pairs);
}

function counts(config: Config, key: ConfigKeyPath): boolean {
  // The solver draws nothing.
  if (key === 'fusion.random_state') return false;
  const [other, ...values] = COUNTS_WITH[key] ?? [];
  return other === undefined || values.includes(settingOf(config, other));
}

async function settled(
  config: Config,
  key: ConfigKeyPath,
  purpose: SomeStage['precisionOf'],
): Promise<unknown> {
  const value = settingOf(config, key);
  const { model } = config;
  const { output_dir } = config.experiment;
  if (PLACES.includes(key)) return typeof value === 'string' ? relativeToOutput(output_dir, value) : value;
  switch (key) {
    case 'fusion.output_dir':
      return relativeToOutput(output_dir, config.fusion.output_dir ?? `${output_dir}/fusion`);
    case 'training.device':
      return (await computingDevice(config.training.device)).replace(/:\d+$/, '');
    case 'training.precision': {
      if (value !== 'auto' || purpose === undefined) return value;
      const frozenStages = purpose === 'train' ? model.freeze_stages : 0;
      return keptPrecision(output_dir, { purpose, model: model.name, frozenStages }) ?? value;
    }
    default:
      return value;
  }
}
