import { basename } from 'node:path';
import { type Config, linkFileAtomic } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { makeRoom, type OpenedRun } from '@radweave/network/training/open-run';
import { hasBest, isWhole } from '@radweave/network/training/whole-run';
import { and, remark } from '@radweave/remarks';
import { isOtherTest, isPresentSplit, presentIdentity } from '@radweave/study/cohort/split-identity';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { isTrained, KEPT, type RunFolder } from '@radweave/study/runs/run-folder';
import { hasItsPredictions } from '@radweave/study/runs/run-predictions';
import type { TrainOptions } from './open-training.ts';

/** @returns whether the run goes on where it is, and what is left to do of it. The caller holds the lock. */
export async function prepareFolder(
  options: TrainOptions,
  { config, run, isResumed }: OpenedRun,
  context: StageContext,
): Promise<{ goesOn: boolean; isDone: boolean; isToTest: boolean }> {
  if (isResumed) run.sweep();
  else makeRoom(run, options);
  const lost = isResumed ? await lostOf(run, config, context) : null;
  if (lost !== null) {
    const kept = config.experiment.save_last ? await keepWhole(run) : [];
    const what = kept.length === 0 ? '' : ` What it had stays as ${and(kept)}.`;
    say(context, `The run '${run.name}' ${lost}: it starts from the beginning.${what}`);
    run.clear();
  }
  const goesOn = isResumed && lost === null;
  const isDone = goesOn && isFinished(run, config);
  return { goesOn, isDone, isToTest: goesOn && !isDone && isToTestAgain(run, config) };
}

/** Puts the checkpoints aside that can still be used: they may be of weeks. @returns their new names. */
async function keepWhole(run: RunFolder): Promise<string[]> {
  const kept: string[] = [];
  for (const path of [run.best, run.last]) {
    if (!(await isWhole(path))) continue;
    linkFileAtomic(path, `${path}${KEPT}`);
    kept.push(`${basename(path)}${KEPT}`);
  }
  return kept;
}

/** What a run lacks without which it can neither go on nor be used; null where it can. */
async function lostOf(run: RunFolder, config: Config, context: StageContext): Promise<string | null> {
  const record = run.read();
  if (!(await hasBest(run, context)))
    return "has lost its best checkpoint, which is missing, damaged or another training's";
  if (isFinished(run, config) || (await isWhole(run.last))) return null;
  if (existsSync(run.last)) return 'has a damaged last checkpoint';
  // What it has finished is not thrown away for more epochs.
  const isLonger = record.status === 'finished' && !isTrained(record, config.training);
  return isLonger ? null : 'keeps no last checkpoint to continue from';
}

/** Whether a run is trained and tested, on the present patients as far as it can be. */
export function isFinished(run: RunFolder, config: Config): boolean {
  const hasResults = (): boolean => run.results.every((path) => existsSync(path)) && hasItsPredictions(run);
  return isTrained(run.read(), config.training) && hasResults() && !isToTestAgain(run, config);
}

/** What a finished run stays, whatever the split is now. */
export function warnOfOtherSplit(run: RunFolder, { data }: Config, context: StageContext): void {
  const record = run.read();
  const present = presentIdentity(data, record.modality);
  if (!isPresentSplit(record, present)) {
    warn(context, `The run '${run.name}' was trained on another split than the present one.`);
  } else if (isOtherTest(record, present)) {
    const what = remark('run-other-test', { run: run.name, modality: record.modality }).text;
    warn(context, `It is not tested again, because it keeps no last checkpoint: ${what}.`);
  }
}

/** Whether its test results are of other external patients than the present ones, and the network is there to be asked. */
export function isToTestAgain(run: RunFolder, { data }: Config): boolean {
  const record = run.read();
  return existsSync(run.last) && isOtherTest(record, presentIdentity(data, record.modality));
}
