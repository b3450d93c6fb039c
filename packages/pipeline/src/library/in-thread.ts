import { InterruptedError } from '@radweave/artifacts';
import type { StageEvent } from '@radweave/study/context/events';
import { startStage } from '../runner/host.ts';
import { STAGE_NAMES, type StageName, type StageOptions, type StageResult } from '../runner/stages.ts';

/** How a script follows a stage and stops it. */
export interface Following {
  /** Is told what the terminal shows: texts, warnings, steps and epochs. */
  onEvent?: ((event: StageEvent) => void) | undefined;
  /** Stops where the stage can be resumed. */
  signal?: AbortSignal | undefined;
}

/** Runs one stage in a thread of its own. @throws what the stage throws; InterruptedError when stopped. */
export async function runInThread<S extends StageName>(
  stage: S,
  options: StageOptions<S>,
  { onEvent = () => undefined, signal }: Following = {},
): Promise<StageResult<S>> {
  if (signal?.aborted === true) {
    throw new InterruptedError('E_INTERRUPTED', `stopped before ${stage}`, {
      mend: 'The same call goes on from here',
    });
  }
  const running = startStage(stage, options, onEvent);
  const stop = (): void => running.requestStop();
  signal?.addEventListener('abort', stop);
  try {
    return await running.result;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** A stage as a function of a script. */
export type StageCall<S extends StageName> = (
  options: StageOptions<S>,
  following?: Following,
) => Promise<StageResult<S>>;

/** Every stage, by name; what a command does from its flags, these do from their options. */
export const stages = Object.fromEntries(
  STAGE_NAMES.map((name) => [
    name,
    (options: StageOptions<typeof name>, following?: Following) => runInThread(name, options, following),
  ]),
) as unknown as { readonly [S in StageName]: StageCall<S> };
