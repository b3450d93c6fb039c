import { defaultConfig, UsageError } from '@radweave/artifacts';
import { and } from '@radweave/remarks';
import type { SomeStage } from '../declare/stage.ts';
import { finishCopies } from '../runner/copies.ts';
import { type Following, runInThread } from '../runner/host.ts';
import { STAGES, type StageName, type StageOptions, type StageResult, stageNamed } from '../stages/index.ts';

/** Options as a script gives them: what its command has a default for may be left out. */
export type GivenOptions<S extends StageName> = Partial<StageOptions<S>> &
  Pick<StageOptions<S>, Extract<keyof StageOptions<S>, 'modality'>>;

/** A stage as a function of a script; it runs in a thread of its own. */
export type StageCall<S extends StageName> = (
  options: GivenOptions<S>,
  following?: Following,
) => Promise<StageResult<S>>;

/** Stands for what a command must be given. */
const MISSING = '\0';

/**
 * The options of a stage, with what its command has as defaults.
 *
 * @throws UsageError `E_STAGE_OPTIONS` where one lacks that the command must be given, too.
 */
function completed(stage: SomeStage, given: object): object {
  const { flags = {}, options } = stage.command ?? {};
  const { config = defaultConfig() } = given as { config?: ReturnType<typeof defaultConfig> };
  const untyped = Object.entries(flags).map(([name, { kind, syntax, default: byDefault }]) => {
    if (kind === 'positional') return [name, Reflect.get(given, name)];
    if (kind === 'required' || name === 'modality') return [name, MISSING];
    return [name, syntax === '' ? false : byDefault];
  });
  const usual = options?.({ config, given: [], inFile: [] }, Object.fromEntries(untyped)) ?? {};
  const all = { ...usual, ...given };
  const missing = Object.entries(all).flatMap(([name, value]) => (value === MISSING ? [name] : []));
  if (missing.length === 0) return all;
  throw new UsageError('E_STAGE_OPTIONS', `the stage ${stage.name} is not told its ${and(missing)}`, {
    where: `stages.${stage.name}`,
    hint: `Call stages.${stage.name}({ config, ${missing.map((name) => `${name}: …`).join(', ')} })`,
  });
}

function callOf<S extends StageName>(name: S): StageCall<S> {
  return async (options, following) => {
    const all = completed(stageNamed(name), options) as StageOptions<S>;
    const result = await runInThread(name, all, following);
    await finishCopies();
    return result;
  };
}

/** Every stage, by name; what a command does from its flags, these do from their options. */
export const stages = Object.fromEntries(STAGES.map(({ name }) => [name, callOf(name)])) as {
  readonly [S in StageName]: StageCall<S>;
};
