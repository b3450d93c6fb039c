import { finishCopies } from '../runner/copies.ts';
import { type Following, runInThread } from '../runner/host.ts';
import { STAGES, type StageName, type StageOptions, type StageResult } from '../stages/index.ts';

/** A stage as a function of a script; it runs in a thread of its own. */
export type StageCall<S extends StageName> = (
  options: StageOptions<S>,
  following?: Following,
) => Promise<StageResult<S>>;

function callOf<S extends StageName>(name: S): StageCall<S> {
  return async (options, following) => {
    const result = await runInThread(name, options, following);
    await finishCopies();
    return result;
  };
}

/** Every stage, by name; what a command does from its flags, these do from their options. */
export const stages = Object.fromEntries(STAGES.map(({ name }) => [name, callOf(name)])) as {
  readonly [S in StageName]: StageCall<S>;
};
