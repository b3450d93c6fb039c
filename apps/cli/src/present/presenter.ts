import type { Config } from '@radweave/artifacts';
import type { StageName, StageResult } from '@radweave/pipeline';

/** The values of a command's flags, by name. */
export type FlagValues = Readonly<Record<string, unknown>>;

/** A result as JSON and as people read it, on standard output. */
export interface Shown {
  json: unknown;
  text: string;
}

export interface Presenter<S extends StageName> {
  text?: (result: StageResult<S>, flags: FlagValues) => string;
  /** An error that the result amounts to, once it is shown. */
  fault?: (result: StageResult<S>) => Error | null;
  /** What is shown in place of the result: the stage has written it, also where it then fails with this code. */
  written?: { read: (config: Config) => Shown; code: string };
}
