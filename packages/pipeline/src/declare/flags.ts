import { requireModality, UsageError } from '@radweave/artifacts';
import type { Flag } from './command.ts';
import type { FlagGroup } from './flag-groups.ts';

export function required(syntax: string, description: string): Flag<string> {
  return { syntax, description, kind: 'required', group: 'Input' };
}

export function optional(
  syntax: string,
  description: string,
  group: FlagGroup = 'What to do',
): Flag<string | undefined> {
  return { syntax, description, kind: 'optional', group };
}

export function withDefault(
  syntax: string,
  description: string,
  value: string,
  group: FlagGroup = 'What to do',
): Flag<string> {
  return { syntax, description, kind: 'optional', default: value, group };
}

/** Of these words; without it what the description says. */
export function oneOf<Word extends string>(
  syntax: string,
  description: string,
  choices: readonly Word[],
  group: FlagGroup = 'What to do',
): Flag<Word | undefined> {
  return { syntax, description, kind: 'optional', choices, group };
}

export function choice<Word extends string>(
  syntax: string,
  description: string,
  choices: readonly Word[],
  value: Word,
  group: FlagGroup = 'What to do',
): Flag<Word> {
  return { syntax, description, kind: 'optional', choices, default: value, group };
}

export function several(
  syntax: string,
  description: string,
  group: FlagGroup = 'Input',
): Flag<string[] | undefined> {
  return { syntax, description, kind: 'optional', group };
}

/** Without an argument. */
export function toggle(description: string): Flag<boolean> {
  return { syntax: '', description, kind: 'optional' };
}

/** Which share of the work of a command, for several machines. */
export const shardFlag = optional(
  '<i/n>',
  'do share i of n and write it as a part; auto/n: take i from the index of the job array; merge: join the parts',
  'Computation',
);

/** What is given without the name of a flag. */
export function positional(syntax: string, description: string): Flag<string | undefined> {
  return { syntax, description, kind: 'positional' };
}

/** The value of a flag as a number. @throws UsageError when it is not a whole number, or a smaller one. */
export function whole(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least) return value;
  throw new UsageError('E_NUMBER', `'${flag} ${text}' is not a whole number of at least ${least}`);
}

/** Values of a flag of the form `modality=value`. @throws UsageError for another form, or a modality that is none of `known`. */
export function pairs(
  flag: string,
  values: readonly string[] = [],
  known?: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    values.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError('E_PAIR_FLAG', `'${flag} ${text}' is not of the form modality=value`);
      const modality = text.slice(0, at);
      if (known !== undefined) requireModality(modality, known, `${flag} ${text}`);
      return [modality, text.slice(at + 1)];
    }),
  );
}
