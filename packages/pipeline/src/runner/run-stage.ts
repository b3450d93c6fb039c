import type { StageContext } from '@radweave/study/context/events';
import { type StageName, type StageOptions, type StageResult, stageNamed } from '../stages/index.ts';
import { bringImages } from '../work/images.ts';
import { explainError } from './explain.ts';

/** Runs a stage in this thread. @throws errors with an exit code and a remedy; any other error is a bug. */
export async function runStage<S extends StageName>(
  name: S,
  options: StageOptions<S>,
  context: StageContext,
): Promise<StageResult<S>> {
  const stage = stageNamed(name);
  try {
    if (stage.looksAtImages === true) await bringImages(options, context);
    return (await stage(options as never, context)) as StageResult<S>;
  } catch (error) {
    throw explainError(error);
  }
}
