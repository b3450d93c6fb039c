import {
  type Config,
  DataError,
  refuseForeignPlaces,
  settingOf,
  sharedConfig,
  UsageError,
  withPlaces,
} from '@radweave/artifacts';
import { counted } from '@radweave/remarks';
import { type StageContext, warn } from '@radweave/study/context/events';

/** Options that may change when a run is resumed: where things lie and how much is said, not what is computed. */
const FREE = [
  'data.root_dir',
  'data.splits_dir',
  'data.study_key',
  'data.features_dir',
  'data.num_workers',
  'experiment.name',
  'experiment.output_dir',
  'experiment.copy_to',
  'experiment.log_interval',
  'experiment.save_best_only',
  'training.epochs',
  'training.early_stop_enabled',
  'training.early_stop_patience',
  'training.device',
  'training.auto_batch_size',
];

/** May change together: as many slices make a step as before. */
const STEP = ['training.batch_size', 'training.grad_accumulation'];

/** Keys of the configuration by where the user set them. */
export interface SetKeys {
  /** By flag or `--set`. */
  given: readonly string[];
  /** In the configuration file. */
  inFile: readonly string[];
}

/**
 * The configuration a resumed run continues with: the run's own. Flags and `--set` may change where things lie and how long
 * it trains, and must agree in everything else. A configuration file decides nothing here, for it holds every key, those
 * too that flags overrode when the run was started; where it says otherwise in what is computed, that is told.
 *
 * @throws UsageError listing each option of the command line that changes the mathematics.
 */
export function resumedConfig(own: Config, wanted: Config, all: SetKeys, context: StageContext): Config {
  // A run's file names places as it may be handed on.
  const [saved, asked] = [sharedConfig(own), sharedConfig(wanted)];
  const keys = fitsItself(saved, asked, all.given)
    ? { ...all, given: all.given.filter((key) => !STEP.includes(key)) }
    : all;
  const free = sameStep(saved, asked, keys.given) ? [...FREE, ...STEP] : FREE;
  const wrong = keys.given.filter((key) => !free.includes(key) && differs(saved, asked, key));
  if (wrong.length > 0) {
    const list = wrong.map(
      (key) => `${key}: ${shown(saved, key)} in the run, ${shown(asked, key)} asked for`,
    );
    throw new UsageError('E_RESUME_OPTIONS', `the run was started with other options: ${list.join('; ')}`, {
      hint: 'Leave out these options to continue the run, or leave out --resume to start a new one',
    });
  }
  sayUnused(saved, asked, keys, context);
  const merged = withPlaces(own, wanted);
  for (const key of keys.given.filter((name) => free.includes(name))) {
    const [section = '', name = ''] = key.split('.');
    Object.assign(Object(merged)[section], { [name]: settingOf(wanted, key) });
  }
  checkEpochs(saved.training, merged.training);
  refuseForeignPlaces(merged);
  return merged;
}

/**
 * Makes sure that a run's `config.yaml` still says what its checkpoint was trained with: an emptied or edited file would
 * change the mathematics in the middle, or not fit the weights. What an older version did not know is passed over.
 *
 * @param saved what the file says, after what may change was asked for again.
 * @param trained what the checkpoint says.
 * @throws DataError naming every difference.
 */
export function requireOwnConfig(saved: Config, trained: Config, file: string): void {
  const free = sameStep(trained, saved, STEP) ? [...FREE, ...STEP] : FREE;
  const sections = ['model', 'training', 'augmentation'] as const;
  const own = sections.flatMap((section) => Object.keys(saved[section]).map((key) => `${section}.${key}`));
  const keys = ['data.image_size', ...own];
  const changed = keys.filter(
    (key) => !free.includes(key) && settingOf(trained, key) !== undefined && differs(saved, trained, key),
  );
  if (changed.length === 0) return;
  const list = changed.map((key) => `${key} is ${shown(saved, key)}, was ${shown(trained, key)}`);
  throw new DataError('E_RESUME_CONFIG', `the run's configuration was changed: ${list.join('; ')}`, {
    where: file,
    hint: 'Restore the configuration of the run, or start a new run',
  });
}

function shown(config: Config, key: string): string {
  return JSON.stringify(settingOf(config, key));
}

function differs(saved: Config, asked: Config, key: string): boolean {
  const isOfTraining = /^(data|model|training|augmentation|experiment)\./.test(key);
  return isOfTraining && !FREE.includes(key) && shown(saved, key) !== shown(asked, key);
}

function sayUnused(saved: Config, asked: Config, { given, inFile }: SetKeys, context: StageContext): void {
  const other = inFile.filter(
    (key) =>
      !given.includes(key) &&
      (differs(saved, asked, key) ||
        (key === 'training.epochs' && saved.training.epochs !== asked.training.epochs)),
  );
  if (other.length === 0) return;
  const list = other.map((key) => `${key} (${shown(saved, key)}, not ${shown(asked, key)})`);
  warn(
    context,
    `The run keeps the settings it was started with, whatever the configuration file says: ${list.join(', ')}.`,
  );
}

/** Whether the batch size stands for the step's slices alone, as the run has found its own: the command that began it does. */
function fitsItself(saved: Config, asked: Config, given: readonly string[]): boolean {
  if (!asked.training.auto_batch_size || STEP.every((key) => given.includes(key))) return false;
  return slicesOfStep(saved.training) === slicesOfStep(asked.training);
}

function slicesOfStep(training: Config['training']): number {
  return training.batch_size * training.grad_accumulation;
}

function sameStep(saved: Config, asked: Config, given: readonly string[]): boolean {
  if (!STEP.every((key) => given.includes(key))) return false;
  return slicesOfStep(saved.training) === slicesOfStep(asked.training);
}

/**
 * How many batches of a resumed run are finished, counted in its own batch size: it was stopped between two steps, or when all `slices`
 * of an epoch were learnt.
 */
export function finishedBatches(
  step: number,
  before: Config['training'],
  now: Config['training'],
  slices: number,
): number {
  return Math.ceil(Math.min(step * before.batch_size, slices) / now.batch_size);
}

/** What to say where a step is made of other batches from here on; null where it is not. */
export function changedBatches(before: Config['training'], now: Config['training']): string | null {
  const { batch_size: size, grad_accumulation: batches } = now;
  if (size === before.batch_size) return null;
  return `Continuing with batches of ${counted(size, 'slice')} (${before.batch_size} before), ${batches} per step: batch norms see fewer at a time.`;
}

function checkEpochs(saved: Config['training'], merged: Config['training']): void {
  const [before, now] = [saved.epochs, merged.epochs];
  if (now === before) return;
  if (now < before || saved.scheduler === 'cosine') {
    throw new UsageError(
      'E_RESUME_EPOCHS',
      now < before
        ? `the run was started with ${before} epochs, ${now} is fewer`
        : `a cosine schedule over ${before === 1 ? '1 epoch' : `${before} epochs`} cannot grow to ${now}`,
      { hint: 'Start a new run, with --weights of this one where that helps' },
    );
  }
}
