import { basename, dirname, join } from 'node:path';
import {
  bestModelPath,
  type Config,
  crossValidationFiles,
  DataError,
  evaluationFiles,
  folderName,
  outputFolders,
  RadweaveError,
  type RunRecord,
  readConfig,
  readRunRecord,
  SPLITS,
  type SplitIdentity,
  slicePredictionsPath,
  UsageError,
  writeRunRecord,
} from '@radweave/artifacts';
import { existsSync, readdirSync, rmSync, statSync } from '@radweave/artifacts/files';
import { offer } from '@radweave/remarks';
import { isPresentSplit } from '../cohort/split-identity.ts';
import { type StageContext, warn } from '../context/events.ts';
import { isExhausted } from './early-stop.ts';

export class RunFolder {
  readonly name: string;
  readonly checkpoints: string;
  readonly logs: string;

  /** @param isThere Found as a folder, under a name that no new run gets. */
  constructor(outputDir: string, name: string, isThere = false) {
    this.name = isThere ? name : folderName('run', name);
    this.checkpoints = join(outputFolders(outputDir).checkpoints, name);
    this.logs = join(outputFolders(outputDir).logs, name);
  }
  get best(): string {
    return bestModelPath(this.checkpoints);
  }
  get last(): string {
    return join(this.checkpoints, 'last_checkpoint.pth');
  }
  epoch(epoch: number): string {
    return join(this.checkpoints, `epoch_${String(epoch).padStart(3, '0')}.pth`);
  }
  get history(): string {
    return join(this.logs, 'training_history.csv');
  }
  get config(): string {
    return join(this.logs, 'config.yaml');
  }
  get log(): string {
    return join(this.logs, 'train.log');
  }
  /** Of a fold's run: the folder of its split files. */
  get splits(): string {
    return join(this.logs, 'splits');
  }
  /** Whether a run of this name, also a cross-validation, was begun or left its history. */
  isTaken(): boolean {
    return [this.record, this.history, crossValidationFiles(this.logs).folds].some((path) =>
      existsSync(path),
    );
  }
  metrics(split: 'val' | 'test'): string {
    return join(this.logs, `${split}_metrics.csv`);
  }
  get evaluation(): string {
    return evaluationFiles(outputFolders(this.logs).evaluation).record;
  }
  /** What the best checkpoint is evaluated by, all of which a finished run has. */
  get results(): string[] {
    const slices = SPLITS.map((split) => slicePredictionsPath(this.logs, split));
    return [this.metrics('val'), this.metrics('test'), ...slices];
  }
  get record(): string {
    return join(this.checkpoints, 'run.json');
  }
  exists(): boolean {
    return existsSync(this.record);
  }
  /** @throws DataError with a remedy that works for a run when its record is damaged. */
  read(): RunRecord {
    try {
      return readRunRecord(this.record);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const hint = `Restore run.json from a copy, or move ${this.checkpoints} and ${this.logs} away to train again`;
      throw new DataError(error.code, error.what, { where: error.where, hint });
    }
  }
  write(record: RunRecord): void {
    writeRunRecord(this.record, record);
  }

  /**
   * Removes what a process that was killed, or found the disk full, left behind: half-written files, and, where the run
   * was never recorded and so had not begun, everything. The caller holds the lock.
   */
  sweep(): void {
    const isBegun = this.exists();
    this.remove((name) => !isBegun || isTemporary(name));
    // A kill after the last rename of an evaluation leaves a whole one, which nobody makes again.
    removeFrom(dirname(this.evaluation), isTemporary);
  }

  /**
   * Removes what a run that starts over has left. Its record goes last, and its settings stay: killed in between, it is still one
   * that starts over. The caller holds the lock.
   */
  clear(): void {
    const kept = [this.record, this.config].map((path) => basename(path));
    this.remove((name) => !kept.includes(name) && !name.endsWith(KEPT));
    rmSync(this.record, { force: true });
  }

  private remove(isLeft: (name: string) => boolean): void {
    for (const folder of [this.checkpoints, this.logs]) removeFrom(folder, isLeft);
  }
}

/** Ends the name of a checkpoint that a run which starts over leaves to its user. */
export const KEPT = '.kept';

const isTemporary = (name: string): boolean => /^\..+\.tmp$/.test(name);

function removeFrom(folder: string, isLeft: (name: string) => boolean): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names.filter((one) => isLeft(one) && !one.endsWith('.lock'))) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Whether nothing is left to train of a run that is evaluated: its epochs, or its patience, are at an end. */
export function isTrained({ status, epochs, best }: RunRecord, training: Config['training']): boolean {
  const { early_stop_enabled, early_stop_patience } = training;
  const isStopped =
    early_stop_enabled &&
    isExhausted(epochs, best === null ? null : { ...best, loss: 0 }, early_stop_patience);
  return status === 'finished' && (epochs >= training.epochs || isStopped);
}

/**
 * A name for a new run: `{model}_{modality}_{YYYYMMDD-HHMMSS}{ending}`, local time. Where a run has it, as after the clock went
 * back or winter time began, with a number behind.
 */
export function newRunName(outputDir: string, model: string, modality: string, ending = ''): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  const name = `${model}_${modality}_${day}-${time}${ending}`;
  let number = 1;
  const named = (): string => (number === 1 ? name : `${name}-${number}`);
  while (new RunFolder(outputDir, named()).isTaken()) number++;
  return named();
}

/** What is recorded of a run, or why that cannot be read. */
function recordOf(run: RunFolder): RunRecord | RadweaveError {
  try {
    return run.read();
  } catch (error) {
    if (error instanceof RadweaveError) return error;
    throw error;
  }
}

/** Runs, newest first, with what is recorded of them; fold models are not among them, nor those of {@link damagedRuns}. */
function recorded(runs: readonly RunFolder[]): { run: RunFolder; record: RunRecord; changed: number }[] {
  return runs
    .flatMap((run) => {
      const record = recordOf(run);
      if (record instanceof RadweaveError || record.fold_of !== undefined) return [];
      return [{ run, record, changed: changedAt(run, record) }];
    })
    .sort((a, b) => b.changed - a.changed);
}

/** A copied file has the time of its copy; only old records leave nothing better. */
function changedAt(run: RunFolder, { time }: RunRecord): number {
  if (time !== undefined) return Date.parse(time);
  const file = [run.best, run.last].find((path) => existsSync(path));
  return file === undefined ? 0 : statSync(file).mtimeMs;
}

/** The runs of an output folder by name, fold models too. */
export function runsIn(outputDir: string): RunFolder[] {
  const folder = outputFolders(outputDir).checkpoints;
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.map((name) => new RunFolder(outputDir, name, true)).filter((run) => run.exists());
}

/** Whether a run that was begun can go on, or starts over because its settings keep no last checkpoint. */
function isResumable(run: RunFolder): boolean {
  return existsSync(run.last) || (existsSync(run.config) && !readConfig(run.config).experiment.save_last);
}

/** Runs whose record cannot be read, and why. Whether one of them would have been taken, nobody can tell. */
export function damagedRuns(outputDir: string): { run: RunFolder; error: RadweaveError }[] {
  return runsIn(outputDir).flatMap((run) => {
    const error = recordOf(run);
    return error instanceof RadweaveError ? [{ run, error }] : [];
  });
}

/** Warns of {@link damagedRuns}: a command that chooses among the others goes on. */
export function warnOfDamagedRuns(outputDir: string, context: StageContext): void {
  for (const { run, error } of damagedRuns(outputDir)) {
    warn(context, `The run '${run.name}' is left out: ${error.message}.`);
  }
}

/** Which of several runs a command takes where the user names none. */
export interface RunChoice {
  /** Undefined where none fits. */
  run: RunFolder | undefined;
  /** Where none fits the newest, which was trained on another split. */
  other: RunFolder | undefined;
}

/**
 * The one rule by which a run is chosen: the newest whose training and validation patients are the present ones.
 *
 * @param runs The newest first.
 * @param present Identity of the present split of their modality; null where nothing tells it, which leaves the newest.
 */
export function newestFitting(runs: readonly RunFolder[], present: SplitIdentity | null): RunChoice {
  const run = runs.find((one) => isPresentSplit(one.read(), present));
  return { run, other: run === undefined ? runs[0] : undefined };
}

/**
 * The runs of an output folder that have a file `which`, or can be resumed, newest first; fold models are not among them, nor
 * those of {@link damagedRuns}.
 */
export function findRuns(
  outputDir: string,
  which: 'best' | 'history' | 'resumable',
  { modality, model }: { modality?: string | undefined; model?: string | undefined },
): RunFolder[] {
  const isAsked = (run: RunFolder): boolean =>
    which === 'resumable' ? isResumable(run) : existsSync(run[which]);
  return recorded(runsIn(outputDir).filter(isAsked))
    .filter(({ record }) => modality === undefined || record.modality === modality)
    .filter(({ record }) => model === undefined || record.model === model)
    .map(({ run }) => run);
}

/** When the newest of the other runs was recorded, in milliseconds; 0 without one. */
export function newestBeside(outputDir: string, name: string): number {
  return recorded(runsIn(outputDir).filter((run) => run.name !== name))[0]?.changed ?? 0;
}

/** The run of this name, which goes on, or starts over. @throws UsageError when there is none. */
export function runNamed(outputDir: string, name: string): RunFolder {
  const run = new RunFolder(outputDir, name);
  if (run.exists()) return run;
  const known = findRuns(outputDir, 'resumable', {}).map((one) => one.name);
  throw new UsageError('E_NO_RUN', `there is no run '${name}' to resume`, {
    where: outputFolders(outputDir).checkpoints,
    hint: offer(name, known, 'leave out --resume to start it'),
  });
}
