import {
  type Config,
  type ConfigKeyPath,
  relativeToOutput,
  type SettingName,
  settingKeys,
  settingOf,
} from '@radweave/artifacts';
import { computingDevice } from '@radweave/network/compute/device';
import { keptPrecision } from '@radweave/network/compute/kept-precision';

/** What decides the last bits of a network that does not learn. */
const ARITHMETIC: readonly SettingName[] = ['training.device', 'training.deterministic'];

/** A step of a run, without its modality. */
export type StepKind =
  | 'preprocess'
  | 'audit-data'
  | 'train'
  | 'extract'
  | 'cross-fit'
  | 'fuse'
  | 'evaluate'
  | 'audit'
  | 'explain'
  | 'visualize'
  | 'report';

/** The settings that the result of a step depends on, and the places it writes to. A change of any other does not run it again. */
export const STEP_SETTINGS: Readonly<Record<StepKind, readonly SettingName[]>> = {
  preprocess: [
    'data.root_dir',
    'data.splits_dir',
    'data.modalities',
    'data.home_hospital',
    'data.train_ratio',
    'data.image_size',
    'data.resize',
    'preprocess.relative_paths',
    'preprocess.skip_unreadable',
    'preprocess.exclude_conflicts',
    'experiment.seed',
  ],
  'audit-data': ['data.modalities'],
  train: ['data.image_size', 'data.resize', 'model.*', 'training.*', 'augmentation.*', 'experiment.seed'],
  extract: ['data.features_dir', 'data.resize', 'extraction.*', 'training.precision', ...ARITHMETIC],
  // All else is the checkpoint's, which is one of its inputs.
  'cross-fit': ['data.features_dir', 'data.resize', 'extraction.batch_size', 'training.device'],
  fuse: [
    'data.modalities',
    'data.features_dir',
    'fusion.*',
    'evaluation.threshold_rule',
    'evaluation.target_sensitivity',
  ],
  evaluate: ['data.modalities', 'evaluation.*', 'experiment.seed'],
  audit: ['data.modalities'],
  explain: ['data.resize', 'extraction.batch_size', ...ARITHMETIC, 'experiment.seed'],
  visualize: ['data.modalities', 'experiment.seed'],
  // It shows them all.
  report: [
    'data.*',
    'preprocess.*',
    'model.*',
    'training.*',
    'augmentation.*',
    'extraction.*',
    'fusion.*',
    'evaluation.*',
    'experiment.seed',
    'experiment.name',
  ],
};

/** Settings that change no result: how fast it comes, what is said and where else it is written. */
export const WITHOUT_EFFECT: readonly ConfigKeyPath[] = [
  'data.num_workers',
  'preprocess.log_dir',
  'experiment.output_dir',
  'experiment.save_best_only',
  'experiment.log_interval',
  // The content of the file counts, as one of the inputs.
  'model.weights',
];

const PLACES: readonly ConfigKeyPath[] = ['data.root_dir', 'data.splits_dir', 'data.features_dir'];

/** The settings that a step's result depends on, by key, such that equal ones are equal however they are spelled. */
export async function stepSettings(config: Config, kind: StepKind): Promise<Record<string, unknown>> {
  const keys = settingKeys(STEP_SETTINGS[kind]).filter((key) => !WITHOUT_EFFECT.includes(key));
  const pairs: [string, unknown][] = [];
  for (const key of keys) pairs.push([key, await settled(config, key)]);
  return Object.fromEntries(pairs);
}

async function settled(config: Config, key: ConfigKeyPath): Promise<unknown> {
  const value = settingOf(config, key);
  const { output_dir } = config.experiment;
  if (PLACES.includes(key)) return typeof value === 'string' ? relativeToOutput(output_dir, value) : value;
  switch (key) {
    case 'fusion.output_dir':
      return relativeToOutput(output_dir, config.fusion.output_dir ?? `${output_dir}/fusion`);
    case 'training.device':
      return (await computingDevice(config.training.device)).replace(/:\d+$/, '');
    case 'training.precision':
      return value === 'auto' ? (keptPrecision(output_dir, config.model.name) ?? value) : value;
    default:
      return value;
  }
}
