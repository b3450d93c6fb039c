import { type Config, defaultConfig } from '@radweave/artifacts';
import type { SomeStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { Following } from '../runner/host.ts';
import { STAGES, type StageName, type StageOptions, type StageResult, stageNamed } from '../stages/index.ts';
import { FOLLOWING, withRunner } from './runner.ts';

/** Options as a script gives them: what its command has a default for may be left out. */
export type GivenOptions<S extends StageName> = Partial<StageOptions<S>> &
  Pick<StageOptions<S>, Extract<keyof StageOptions<S>, 'modality'>>;

/** A stage as a function of a script; it runs in a thread of its own. */
export type StageCall<S extends StageName> = (
  options: GivenOptions<S>,
  following?: Following,
) => Promise<StageResult<S>>;

/** The options of a stage, with what its command has as defaults. @throws UsageError as `takenOptions`. */
function completed(stage: SomeStage, given: object): object {
  const where = `stages.${stage.name}`;
  return take.takenOptions(where, given, stage.takes, (told) => usualOptions(where, stage, told));
}

function usualOptions(
  where: string,
  { command, takes }: SomeStage,
  given: { readonly config?: Config; [name: string]: unknown },
): object {
  const { flags = {}, options } = command ?? {};
  const { config = defaultConfig() } = given;
  // A script names one modality where a command takes several. Other defaults may follow from what must be told.
  const needed = Object.entries(flags).flatMap(([name, { kind }]) =>
    kind === 'required' || (name === 'modality' && name in takes) ? [name] : [],
  );
  take.requireTold(
    where,
    needed.filter((name) => given[name] === undefined),
  );
  const untyped = Object.entries(flags).map(([name, { kind, syntax, default: byDefault }]) => {
    if (kind === 'positional' || needed.includes(name)) return [name, given[name]];
    return [name, syntax === '' ? false : byDefault];
  });
  return options?.({ config, given: [], inFile: [] }, Object.fromEntries(untyped)) ?? {};
}

function callOf<S extends StageName>(name: S): StageCall<S> {
  return async (options, following = {}) => {
    const all = completed(stageNamed(name), options) as StageOptions<S>;
    const followed = take.takenOptions(`stages.${name}`, following, FOLLOWING);
    return await withRunner(followed, (runner) => runner.run(name, all, () => undefined));
  };
}

/** Every stage, by name; what a command does from its flags, these do from their options. */
export const stages = Object.fromEntries(STAGES.map(({ name }) => [name, callOf(name)])) as {
  readonly [S in StageName]: StageCall<S>;
};
