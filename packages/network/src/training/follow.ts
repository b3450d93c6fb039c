import { SPLITS } from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import { emptyCache } from '@radweave/torch';
import { type JobOptions, openJob } from './open-job.ts';
import { predictSet } from './predict-set.ts';
import type { Ranks } from './ranks.ts';
import type { Ending } from './trainer.ts';

/**
 * What every process but the first does of a training: it computes its share of each batch and of what is evaluated afterwards, and
 * writes nothing. It decides as the first one does, from the same numbers.
 */
export async function follow(options: JobOptions & { ranks: Ranks }, context: StageContext): Promise<Ending> {
  const { trainer, splits, network } = await openJob(options, context);
  const { job } = trainer;
  try {
    const nothing = (): void => undefined;
    const ending = await trainer.run({
      ...{ onStep: nothing, onFrozen: nothing, onValidation: nothing, onRemark: nothing, onWarning: nothing },
      onEpoch: async () => undefined,
      shouldStop: () => context.shouldStop(),
    });
    if (ending === 'interrupted') return ending;
    emptyCache();
    options.ranks.takeFirst(network.model.stateDict().values());
    for (const split of SPLITS) await predictSet(job, splits[split]);
    return ending;
  } finally {
    job.frozen.dispose();
    trainer.dispose();
    for (const split of Object.values(splits)) split.close();
  }
}
