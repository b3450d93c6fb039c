import {
  type Config,
  type ConfigKeyPath,
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
  'experiment.save_best_only',
  'experiment.save_last',
  'experiment.log_interval',
  // The content of the file counts, as one of the inputs.
  'model.weights',
  'data.table',
  // Of several processes for one training, which no job has.
  'training.sync_batch_norm',
];

const PLACES: readonly ConfigKeyPath[] = ['data.root_dir', 'data.splits_dir', 'data.features_dir'];

/** The settings that a stage's result depends on, by key, such that equal ones are equal however they are spelled. */
export async function stageSettings(
  config: Config,
  { settings, precisionOf }: Pick<SomeStage, 'settings' | 'precisionOf'>,
): Promise<Record<string, unknown>> {
  const keys = settingKeys(settings).filter((key) => !WITHOUT_EFFECT.includes(key));
  const pairs: [string, unknown][] = [];
  for (const key of keys) pairs.push([key, await settled(config, key, precisionOf)]);
  return Object.fromEntries(pairs);
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
