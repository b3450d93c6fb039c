import { checkBeforeTraining } from '@radweave/network/training/before-training';
import { type OpenedRun, openRun, type RunWish } from '@radweave/network/training/open-run';
import type { Ranks } from '@radweave/network/training/ranks';
import type { StageContext } from '@radweave/study/context/events';
import { RunFolder } from '@radweave/study/runs/run-folder';
import type { Place } from './ranks-place.ts';
import { explainLost, joined, type Together } from './together.ts';

export interface TrainOptions extends RunWish {
  bestHparamsDir: string;
  /** The processes that train together; one alone where this is left out. */
  together?: Together | undefined;
}

/** Finds the run, or names a new one, and looks at all that needs no images. */
export async function openTraining(options: TrainOptions, context: StageContext): Promise<OpenedRun> {
  const { processes = 1, timeoutSeconds = 0 } = options.together ?? {};
  if (typeof processes === 'object' && processes.rank > 0) {
    return followedRun(processes, timeoutSeconds);
  }
  return await telling(options, () => {
    const opened = openRun(options, context);
    const { model } = opened.config;
    // A checkpoint of the run takes the place of what it began with.
    const needed = opened.isResumed
      ? { ...opened.config, model: { ...model, weights: null } }
      : opened.config;
    checkBeforeTraining(needed, options.modality, options.bestHparamsDir);
    return opened;
  });
}

/** The run that the first process has opened. */
function followedRun(place: Place, timeoutSeconds: number): OpenedRun {
  try {
    const ranks = joined(place, timeoutSeconds);
    const { name, config, isResumed } = ranks.fromFirst<SharedRun>(() => {
      throw new RangeError('the first process follows nobody');
    });
    return { run: new RunFolder(config.experiment.output_dir, name), config, isResumed, ranks };
  } catch (error) {
    throw explainLost(error, null);
  }
}

/** Tells the other processes of the run. */
export function shared(ranks: Ranks, { run, config, isResumed }: OpenedRun): Ranks {
  ranks.fromFirst<SharedRun>(() => ({ name: run.name, config, isResumed }));
  return ranks;
}

/** Those that a launcher has started wait for this one, also where there is nothing to train. */
export function tellOthers(options: TrainOptions, opened: OpenedRun): void {
  const { processes = 1, timeoutSeconds = 0 } = options.together ?? {};
  if (typeof processes === 'object') shared(joined(processes, timeoutSeconds), opened).close();
}

/** Others that have ended already are not waited for as long as for a training. */
const TELLING_SECONDS = 30;

/** Does what goes before a training. Those that a launcher has started end with the error of the first process. */
export async function telling<T>(
  options: Pick<TrainOptions, 'together'>,
  body: () => T | Promise<T>,
): Promise<T> {
  try {
    return await body();
  } catch (error) {
    tellFault(options, error);
    throw error;
  }
}

/** Tells those that a launcher has started why there is no training. */
export function tellFault({ together }: Pick<TrainOptions, 'together'>, error: unknown): void {
  const { processes = 1, timeoutSeconds = 0 } = together ?? {};
  if (typeof processes === 'number' || processes.rank > 0) return;
  try {
    const ranks = joined(processes, Math.min(timeoutSeconds, TELLING_SECONDS));
    ranks.fromFirst(() => {
      throw error;
    });
  } catch {
    // The error itself is what the user must see; it is thrown here too.
  }
}

/** What the first process tells the others of the run. */
interface SharedRun extends Pick<OpenedRun, 'config' | 'isResumed'> {
  name: string;
}
