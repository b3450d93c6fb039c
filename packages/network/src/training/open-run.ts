import { type Config, folderName, inShell, readConfig, UsageError } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { remark } from '@radweave/remarks';
import { requireSplit } from '@radweave/study/cohort/split-folder';
import { presentIdentity } from '@radweave/study/cohort/split-identity';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import {
  findRuns,
  newestFitting,
  newRunName,
  RunFolder,
  runNamed,
  warnOfDamagedRuns,
} from '@radweave/study/runs/run-folder';
import type { Ranks } from './ranks.ts';
import { resumedConfig } from './resume-check.ts';

export interface RunWish {
  config: Config;
  /** Keys the user set on the command line, by flag or `--set`. */
  given?: readonly string[] | undefined;
  /** Keys that stand in the configuration file. */
  inFile?: readonly string[] | undefined;
  modality: string;
  resume: boolean;
  /** Name of the run; empty for that of the configuration, else the newest to resume or a new one. */
  run: string;
}

export interface OpenedRun {
  run: RunFolder;
  config: Config;
  /** Whether it was begun before. */
  isResumed: boolean;
  /** The others, where this process is not the first of those that train it: that one has opened the run. */
  ranks?: Ranks;
}

/** The flag by which another name is given to a run: the one that gave this name. */
export function nameFlag({ run, given = [] }: Pick<RunWish, 'run' | 'given'>): '--run' | '--exp_name' {
  return run === '' || given.includes('experiment.name') ? '--exp_name' : '--run';
}

/**
 * Finds the run to resume, else names a new one.
 *
 * @throws UsageError when the named run is not there, is of another modality, or was started with other options.
 */
export function openRun(wish: RunWish, context: StageContext): OpenedRun {
  folderName('modality', wish.modality);
  const opened = wish.resume ? openedBefore(wish, context) : undefined;
  const { config, modality } = wish;
  const { output_dir, name } = config.experiment;
  const run =
    opened?.run ??
    new RunFolder(output_dir, wish.run || name || newRunName(output_dir, config.model.name, modality));
  refuseTakenPlace(run, wish);
  if (opened !== undefined) return opened;
  refuseModalityName(run, wish);
  return { run, config, isResumed: false };
}

function openedBefore(wish: RunWish, context: StageContext): OpenedRun | undefined {
  const { config, given = [], inFile = [], modality } = wish;
  const run = runToResume(wish, context);
  if (run === undefined) return undefined;
  const record = run.read();
  if (record.modality !== modality) {
    throw new UsageError('E_RUN_MODALITY', `run '${run.name}' belongs to modality ${record.modality}`, {
      hint: `Use --modality ${inShell(record.modality)}, or name another run`,
    });
  }
  const own = resumedConfig(readConfig(run.config), config, { given, inFile }, context);
  return { run, config: own, isResumed: true };
}

/** The named run, or the newest of the modality (and model) on the present split; undefined where none was begun. */
function runToResume(
  { config, given = [], modality, run }: RunWish,
  context: StageContext,
): RunFolder | undefined {
  const { output_dir, name } = config.experiment;
  if (run !== '') return runNamed(output_dir, run);
  if (name !== '') {
    const own = new RunFolder(output_dir, name);
    if (own.exists()) return own;
    say(context, `There is no run '${name}' in ${output_dir} to resume: a new one is started.`);
    return undefined;
  }
  requireSplit(config.data.splits_dir, [modality]);
  warnOfDamagedRuns(output_dir, context);
  const model = given.includes('model.name') ? config.model.name : undefined;
  const begun = findRuns(output_dir, 'resumable', { modality, model });
  const { run: newest, other } = newestFitting(begun, presentIdentity(config.data, modality));
  if (newest !== undefined) return newest;
  const what = ` of modality ${modality}${model === undefined ? '' : ` with ${model}`}`;
  if (other === undefined) {
    say(context, `There is no run${what} in ${output_dir} to resume: a new one is started.`);
  } else {
    const why = remark('run-other-split', { modality, run: other.name }).text;
    warn(context, `Nothing is resumed: ${why}. A new run is started.`);
  }
  return undefined;
}

/**
 * `checkpoints/{modality}` holds the modality's published model, so no run may have a modality's name.
 *
 * @throws UsageError `E_RUN_NAME`.
 */
export function refuseModalityName(run: RunFolder, wish: RunWish): void {
  const { config, modality } = wish;
  const known = findRuns(config.experiment.output_dir, 'best', {}).map((one) => one.read().modality);
  // Where the file system ignores case, `p` and `P` are one folder.
  const modalities = [modality, ...config.data.modalities, ...known].map((one) => one.toLowerCase());
  const isPublished = existsSync(run.best) && !run.exists();
  if (!isPublished && !['best_model.pth', ...modalities].includes(run.name.toLowerCase())) return;
  throw new UsageError('E_RUN_NAME', `a run cannot be called '${run.name}'`, {
    where: run.checkpoints,
    hint: `That is the place of a modality's published model: use another ${nameFlag(wish)}`,
  });
}

/** @throws UsageError `E_RUN_NAME` when the modality's model would be published over that of a run of this name. */
function refuseTakenPlace(run: RunFolder, { config, modality }: RunWish): void {
  const taken = new RunFolder(config.experiment.output_dir, modality);
  if (!taken.exists() || taken.name === run.name) return;
  const what = `the model of modality ${modality} would be published in the folder of the run '${modality}'`;
  throw new UsageError('E_RUN_NAME', what, {
    where: taken.checkpoints,
    hint: 'Give another --output_dir, or rename the modality folders',
  });
}

/**
 * Makes room for a new run, under its lock. A folder without a record is what is left of one that was never begun.
 *
 * @throws UsageError `E_RUN_EXISTS` when a run of that name was begun, or left its history.
 */
export function makeRoom(run: RunFolder, wish: Pick<RunWish, 'run' | 'given'>): void {
  if (!run.isTaken()) {
    run.sweep();
    return;
  }
  const another = `se another ${nameFlag(wish)}`;
  throw new UsageError('E_RUN_EXISTS', `the run '${run.name}' exists already`, {
    where: run.logs,
    hint: run.exists() ? `Add --resume to continue it, or u${another}` : `U${another}`,
  });
}
