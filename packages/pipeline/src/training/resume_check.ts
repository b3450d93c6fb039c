import { type Config, refuseForeignPlaces, UsageError } from '@radweave/artifacts';

/** Options that may change when a run is resumed: where things lie and how much is said, not what is computed. */
const FREE = [
  'data.root_dir',
  'data.splits_dir',
  'data.features_dir',
  'data.num_workers',
  'experiment.name',
  'experiment.output_dir',
  'experiment.log_interval',
  'experiment.save_best_only',
  'training.epochs',
  'training.early_stop_enabled',
  'training.early_stop_patience',
  'training.device',
];

function valueAt(config: Config, key: string): unknown {
  let value: unknown = config;
  for (const part of key.split('.')) value = Object(value)[part];
  return value;
}

/**
 * The configuration a resumed run goes on with: the run's own, with what was given anew where that may change.
 *
 * @param given keys that the user set for this call, by flag, `--set` or file.
 * @throws UsageError listing each given option that changes the mathematics.
 */
export function resumedConfig(saved: Config, asked: Config, given: readonly string[]): Config {
  const differences = given.flatMap((key) => {
    if (FREE.includes(key) || !/^(data|model|training|augmentation|experiment)\./.test(key)) return [];
    const [before, now] = [valueAt(saved, key), valueAt(asked, key)];
    return JSON.stringify(before) === JSON.stringify(now)
      ? []
      : [`${key}: ${JSON.stringify(before)} in the run, ${JSON.stringify(now)} asked for`];
  });
  if (differences.length > 0) {
    throw new UsageError(
      'E_RESUME_OPTIONS',
      `the run was started with other options: ${differences.join('; ')}`,
      {
        mend: 'Leave these options out to go on with the run, or leave out --resume to start a new one',
      },
    );
  }
  const merged = structuredClone(saved);
  for (const key of given.filter((name) => FREE.includes(name))) {
    const [section = '', name = ''] = key.split('.');
    Object.assign(Object(merged)[section], { [name]: valueAt(asked, key) });
  }
  checkEpochs(saved, merged);
  refuseForeignPlaces(merged);
  return merged;
}

function checkEpochs(saved: Config, merged: Config): void {
  const [before, now] = [saved.training.epochs, merged.training.epochs];
  if (now === before) return;
  if (now < before || saved.training.scheduler === 'cosine') {
    throw new UsageError(
      'E_RESUME_EPOCHS',
      now < before
        ? `the run was started with ${before} epochs, ${now} is fewer`
        : `a cosine schedule ends after its ${before} epochs and cannot grow to ${now}`,
      { mend: 'Start a new run, with --weights of this one where that helps' },
    );
  }
}
