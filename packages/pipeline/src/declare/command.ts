import type { Config, ConfigFlag } from '@radweave/artifacts';
import type { FlagGroup } from './flag-groups.ts';

/** A flag that chooses what to do; those that set a configuration key are {@link ConfigFlag}s. */
export interface Flag<Value> {
  /** Its argument as help shows it; empty for a switch. */
  readonly syntax: string;
  readonly description: string;
  readonly kind: 'optional' | 'required' | 'positional';
  /** Its heading in help; 'What to do' by default. */
  readonly group?: FlagGroup;
  readonly default?: string;
  readonly choices?: readonly string[];
  /** The type of its value; nothing is there. */
  readonly value?: Value;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;

export type ValuesOf<Own extends Flags> = {
  [Name in keyof Own]: Own[Name] extends Flag<infer Value> ? Value : never;
};

/** The configuration of a call, and the keys that the user set for it. */
export interface Call {
  config: Config;
  /** By flag or `--set`. */
  given: string[];
  /** In the file that `--config` names. */
  inFile: string[];
}

/** What a command continues with: another stage, whose result stands in the JSON under a name. */
export interface Next<AnyStage> {
  stage: AnyStage;
  options: unknown;
  as: string;
}

export interface CommandPart<Options, Own extends Flags, AnyStage> {
  /** Several stages may share one: then the last that the flags mean is run. */
  readonly name: string;
  /** For help; one stage of this name has it. */
  readonly summary?: string;
  /** What may follow the command's name, for help: one or two lines, of which each can be run. */
  readonly examples: readonly string[];
  /** What it leaves, for the README: Markdown; empty where its table need not say it. */
  readonly leaves: string;
  /** How the README calls it, where that is not its name. */
  readonly shownAs?: string;
  readonly configFlags?: readonly ConfigFlag[];
  readonly flags?: Own;
  /** What the stage is asked to do; null where these flags mean another stage of this command. */
  options(call: Call, flags: ValuesOf<Own>): Options | null;
  next?(call: Call, flags: ValuesOf<Own>): Next<AnyStage> | null;
}
