import { basename, dirname } from 'node:path';
import {
  bestModelPath,
  type Config,
  DataError,
  inShell,
  outputFolders,
  requireNamed,
  UsageError,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { counted, remark } from '@radweave/remarks';
import { isPresentSplit, presentIdentity } from '@radweave/study/cohort/split-identity';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { findRuns, newestFitting, type RunFolder, warnOfDamagedRuns } from '@radweave/study/runs/run-folder';
import { isModel } from './architecture.ts';
import { type ReadCheckpoint, readCheckpoint } from './checkpoint.ts';

/**
 * The weights to extract with: ImageNet's (those of `file` where one is given), or a checkpoint; `saved` is null when
 * another program wrote it.
 */
export type ChosenCheckpoint =
  | { kind: 'pretrained'; file: string | null }
  | { kind: 'file'; path: string; saved: ReadCheckpoint | null };

export interface CheckpointWish {
  /** `--checkpoint`: `pretrained`, a file, or undefined for the newest best run on the present split. */
  checkpoint: string | undefined;
  modality: string;
  /** `--model`. */
  model: string | undefined;
  /** `model.weights`: where ImageNet's weights lie, if not in the cache. */
  weights?: string | null;
  /** ImageNet's weights are of no use: the classifier is asked. */
  needsClassifier?: boolean;
  config: Pick<Config, 'data' | 'experiment'>;
}

/**
 * Finds the checkpoint and says which it is. `checkpoints/best_model.pth`, also the default, stands for the newest best
 * run of the modality (and model) on the present split: as one file it would belong to whichever was trained last.
 *
 * @throws UsageError when there is none, or it is of another modality or model; the right one is named. DataError when none
 *   is named and none was trained on the present split.
 */
export async function chooseCheckpoint(
  wish: CheckpointWish,
  context: StageContext,
): Promise<ChosenCheckpoint> {
  const { checkpoint, config } = wish;
  if (checkpoint === 'pretrained') return pretrained(wish);
  const outputDir = config.experiment.output_dir;
  const common = checkpoint === undefined ? outputDir : outputOfCommonBest(checkpoint);
  const run = common === null ? undefined : newestBest(common, wish, context);
  if (run !== undefined) return { kind: 'file', path: run.best, saved: await openRun(run, wish, context) };
  const path = checkpoint ?? bestModelPath(outputFolders(outputDir).checkpoints);
  if (!existsSync(path)) throw noCheckpoint(wish, path);
  requireNamed('file', path, '--checkpoint');
  const saved = await readCheckpoint(path);
  if (saved !== null && checkpoint === undefined) {
    const { modality, architecture } = saved.about;
    // It was not named: whose it is does not matter.
    if (modality !== wish.modality || !isModel(architecture.name, wish.model)) {
      throw noCheckpoint(wish, dirname(path));
    }
    requirePresentSplit(saved, path, wish);
  } else if (saved !== null) requireMatch(saved, path, wish);
  return { kind: 'file', path, saved };
}

/** A file of our own says whom it has seen, whatever it is called. */
async function pretrained(wish: CheckpointWish): Promise<ChosenCheckpoint> {
  const { weights = null } = wish;
  const saved = weights === null ? null : await readCheckpoint(weights);
  if (weights === null || saved === null) return { kind: 'pretrained', file: weights };
  requireMatch(saved, weights, wish);
  return { kind: 'file', path: weights, saved };
}

/** @throws DataError `E_OTHER_SPLIT` when no file is named and no run fits the present split. */
function newestBest(outputDir: string, wish: CheckpointWish, context: StageContext): RunFolder | undefined {
  const { checkpoint, modality, config } = wish;
  warnOfDamagedRuns(outputDir, context);
  const { run, other } = newestFitting(runsOf(outputDir, wish), presentIdentity(config.data, modality));
  if (other !== undefined && checkpoint === undefined) {
    throw otherSplit(remark('run-other-split', { modality, run: other.name }).text, other.best, modality);
  }
  return run ?? other;
}

function runsOf(outputDir: string, { modality, model }: CheckpointWish): RunFolder[] {
  return findRuns(outputDir, 'best', { modality }).filter((run) => isModel(run.read().model, model));
}

/** What no run tells of, such as a best model whose run is gone. @throws DataError `E_OTHER_SPLIT`. */
function requirePresentSplit(
  { about }: ReadCheckpoint,
  path: string,
  { modality, config }: CheckpointWish,
): void {
  const present = presentIdentity(config.data, modality);
  if (isPresentSplit(about, present)) return;
  const what = `no run of modality ${modality} is known, and this model was trained on another split than the present one`;
  throw otherSplit(what, path, modality);
}

function otherSplit(what: string, path: string, modality: string): DataError {
  return new DataError('E_OTHER_SPLIT', what, {
    where: path,
    hint: `Train on the present split: radweave train --modality ${inShell(modality)}; or name a file with --checkpoint`,
  });
}

/** The output folder whose `checkpoints/best_model.pth` this is, or null. */
function outputOfCommonBest(path: string): string | null {
  const folder = dirname(path);
  const isCommon = basename(path) === 'best_model.pth' && basename(folder) === 'checkpoints';
  return isCommon ? dirname(folder) : null;
}

async function openRun(
  run: RunFolder,
  wish: CheckpointWish,
  context: StageContext,
): Promise<ReadCheckpoint | null> {
  say(context, `Using the best epoch of ${wish.modality}'s run '${run.name}': ${run.best}`);
  if (run.read().status === 'running') warn(context, `The run '${run.name}' is not finished.`);
  const saved = await readCheckpoint(run.best);
  if (saved !== null) requireMatch(saved, run.best, wish);
  return saved;
}

function requireMatch({ about }: ReadCheckpoint, path: string, wish: CheckpointWish): void {
  const { modality, model } = wish;
  if (about.modality !== modality) {
    throw new UsageError('E_CHECKPOINT_MODALITY', `this checkpoint is of modality ${about.modality}`, {
      where: path,
      hint: `${rightOne(wish)}, or use --modality ${inShell(about.modality)}`,
    });
  }
  if (!isModel(about.architecture.name, model)) {
    throw new UsageError('E_CHECKPOINT_MODEL', `this checkpoint is a ${about.architecture.name}`, {
      where: path,
      hint: `${rightOne(wish)}, or leave out --model ${model}: the checkpoint says it`,
    });
  }
}

function rightOne(wish: CheckpointWish): string {
  const { modality, model, config } = wish;
  const outputDir = config.experiment.output_dir;
  const { run } = newestFitting(runsOf(outputDir, wish), presentIdentity(config.data, modality));
  const name = model === undefined ? modality : `${modality} with ${model}`;
  return run === undefined
    ? `There is none of ${name} on the present split in ${outputDir}: train one`
    : `That of ${name} is --checkpoint ${inShell(run.best)}`;
}

/** How many runs an error names. */
const SHOWN = 3;

function runsHere(outputDir: string): string {
  const runs = findRuns(outputDir, 'best', {}).map((run) => run.read());
  const names = runs.slice(0, SHOWN).map((run) => `${run.name} (${run.modality}, ${run.model})`);
  if (names.length === 0) return 'the runs here: none';
  if (runs.length <= SHOWN) return `the runs here: ${names.join(', ')}`;
  const folder = outputFolders(outputDir).checkpoints;
  return `the newest of ${counted(runs.length, 'run')} here: ${names.join(', ')}; each is a folder in ${folder}`;
}

function noCheckpoint(wish: CheckpointWish, path: string): UsageError {
  const { checkpoint, modality, model, config, needsClassifier } = wish;
  const found = runsHere(config.experiment.output_dir);
  const asked = model === undefined ? modality : `${modality} with ${model}`;
  const isOther =
    model !== undefined && runsOf(config.experiment.output_dir, { ...wish, model: undefined }).length > 0;
  const ofModel = model === undefined ? '' : ` --model ${model}${isOther ? '; or leave out --model' : ''}`;
  const what =
    checkpoint === undefined
      ? `no model of modality ${asked} has been trained`
      : 'there is no such checkpoint';
  return new UsageError('E_NO_CHECKPOINT', `${what}; ${found}`, {
    where: path,
    hint: `Train one with: radweave train --modality ${inShell(modality)}${ofModel}${needsClassifier === true ? '' : '; or use --checkpoint pretrained'}`,
  });
}
