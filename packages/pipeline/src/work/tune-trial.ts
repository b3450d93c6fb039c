import { basename, dirname } from 'node:path';
import {
  findTrialResult,
  jsonWith,
  refuseOthers,
  type TrialResult,
  trialResultPath,
  tuneFiles,
  writeTrialResult,
} from '@radweave/artifacts';
import { mkdirSync } from '@radweave/artifacts/files';
import { foldRun } from '@radweave/network/folds/fold-run';
import { SharedSlices } from '@radweave/network/folds/shared-slices';
import { type FoldScore, trialScore } from '@radweave/network/folds/trial';
import { type StageContext, say } from '@radweave/study/context/events';
import { drawSearch, type SearchOptions, trialRuns } from './search.ts';

/** A trial of a search, from 1, to be trained for so many epochs in all. */
export interface TrialOptions extends SearchOptions {
  trial: number;
  epochs: number;
}

export interface TrialOutcome extends TrialResult {
  /** Its file. */
  result: string;
  /** Whether it had been done before. */
  isKept: boolean;
}

/**
 * Trains the folds of a trial, from where they stand, and scores them. What was scored is not trained again.
 *
 * @throws InterruptedError when told to stop; begun folds go on from their last checkpoint.
 */
export async function tuneTrial(options: TrialOptions, context: StageContext): Promise<TrialOutcome> {
  const { config, modality, epochs } = options;
  const { trials, folds } = drawSearch(options, context);
  const trial = trials[options.trial - 1];
  if (trial === undefined) throw new RangeError(`there is no trial ${options.trial} of ${trials.length}`);
  const folder = config.experiment.output_dir;
  const path = trialResultPath(folder, trial.name, epochs);
  refuseOthers(dirname(path), '--output_dir', 'a trial of Radweave', {
    [basename(path)]: jsonWith('identity'),
  });
  const kept = findTrialResult(path);
  if (kept?.identity === trial.identity) return { ...kept, result: path, isKept: true };
  const settings = trialRuns(options, trial);
  const slices = new SharedSlices(config.data, modality, settings.from, context);
  const begin = performance.now();
  const scores: FoldScore[] = [];
  try {
    for (const fold of folds) {
      const { name } = foldRun(settings, fold);
      say(
        context,
        `Trial ${options.trial} of ${trials.length}, fold ${fold.name} of ${folds.length}: '${name}'.`,
      );
      scores.push(await trialScore(settings, fold, epochs, slices, context));
      // Without this fold it has no score.
      if (scores.at(-1)?.auc === null) break;
    }
  } finally {
    slices.close();
  }
  const aucs = scores.flatMap(({ auc }) => auc ?? []);
  const outcome: TrialResult = {
    format: 1,
    identity: trial.identity,
    settings: trial.settings,
    epochs,
    folds: scores.map(({ auc }) => auc),
    score: aucs.length < folds.length ? null : aucs.reduce((sum, one) => sum + one, 0) / aucs.length,
    seconds: (performance.now() - begin) / 1000,
    note: scores.map(({ note }) => note).join(''),
  };
  mkdirSync(tuneFiles(folder).trials, { recursive: true });
  writeTrialResult(path, outcome);
  return { ...outcome, result: path, isKept: false };
}
