import { lockFolder, whileLocked } from '@radweave/artifacts';
import { withLabelNames } from '@radweave/remarks';
import { type StageContext, say } from '@radweave/study/context/events';
import type { CrossFold } from '@radweave/study/folds/plan';
import { scoreTable } from '@radweave/study/scores/history-scores';
import { DivergedError } from '../training/diverged.ts';
import { type FoldSettings, foldRun, interrupted, openFoldSession } from './fold-run.ts';
import type { SharedSlices } from './shared-slices.ts';

/** What a fold of a trial gives: the AUC of the patients held out, or why there is none. */
export interface FoldScore {
  auc: number | null;
  note: string;
}

/**
 * Trains a fold of a trial up to so many epochs, from where it stands, and scores it on the patients held out: with the weights of the best
 * epoch on the inner part of its own training patients. Its last checkpoint stays, for more epochs.
 *
 * @throws InterruptedError when told to stop.
 */
export async function trialScore(
  settings: FoldSettings,
  fold: CrossFold,
  until: number,
  slices: SharedSlices,
  context: StageContext,
): Promise<FoldScore> {
  const run = foldRun(settings, fold);
  const lock = lockFolder(run.checkpoints, `radweave, run ${run.name}`, {
    say: (text) => say(context, text),
  });
  return await whileLocked(lock, async () => {
    const session = await openFoldSession({ settings, fold, run, slices, context }, until);
    try {
      if ((await session.train(context)) === 'interrupted') throw interrupted(run, settings);
      const { auc } = scoreTable(...(await session.predictHeldOut(context))).patient;
      return auc.value === null
        ? { auc: null, note: withLabelNames(auc.reason, session.labelNames).text }
        : { auc: auc.value, note: '' };
    } catch (error) {
      // Settings that no network learns with are a result of the search.
      if (error instanceof DivergedError || Object(error).code === 'E_NO_BEST') {
        return { auc: null, note: String(Object(error).message) };
      }
      throw error;
    } finally {
      await session.close();
    }
  });
}
