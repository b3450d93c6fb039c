import { type ConfigFlag, describeConfig } from '@radweave/artifacts';
import { STAGES } from '@radweave/pipeline';
import { knownAs, meant } from '@radweave/remarks';
import type { Command } from 'commander';
import { commandFlags } from './command-flags.ts';

/** A command with what is typed after it, up to the end of the clause; or a flag, and a value that does not begin a sentence. */
const COMMAND_OR_FLAG =
  /radweave [a-z]+(?:(?![;,.)](?:\s|$)| or | \()[^\n])*|(?<!')--(?<flag>[a-z_]+)(?<value> (?:true|false|none|temperature|fp32|cpu)\b)?/g;

/**
 * Advice in the terms of the command that was typed: a flag that it lacks becomes the `--set` of the same key. Flags of
 * commands that the text names, and those whose key depends on the command, stay as they are.
 *
 * @param args What the user typed after the program's name.
 */
export function inOwnFlags(text: string, args: readonly string[]): string {
  const own = args.find((arg) => commandFlags(arg)?.length);
  if (own === undefined) return text;
  return text.replace(COMMAND_OR_FLAG, (whole, flag?: string, value?: string) => {
    const set = flag === undefined || hasFlag(own, flag) ? undefined : settingOf(flag);
    return set === undefined
      ? whole
      : `--set ${set.key}=${value?.trim() ?? set.value ?? '…'}${set.value === undefined ? '' : (value ?? '')}`;
  });
}

/**
 * What the parser says, with better advice on what was typed in vain: it knows neither what others call a flag or command, nor the
 * configuration keys.
 */
export function otherwiseSaid(text: string, args: readonly string[], program: Command): string {
  const [, said, kind, word = '', value] =
    /^(.*unknown (option|command) '(?:--)?([\w-]+)(=.*)?'\n)/.exec(text) ?? [];
  if (said === undefined) return text;
  const { options, commands } = args.reduce(
    (command, arg) => command.commands.find((one) => one.name() === arg) ?? command,
    program,
  );
  const isFlag = kind === 'option';
  const known = isFlag ? options.map((one) => one.name()) : commands.map((one) => one.name());
  const takesSettings = known.includes('set');
  const set = takesSettings ? settingsOf(word, args) : [];
  // The parser compares a flag together with its value.
  const near = value !== undefined && set.length === 0 ? meant(word, known) : undefined;
  const name = knownAs(word, known) ?? near;
  if (name !== undefined) return `${said}(Did you mean ${isFlag ? '--' : ''}${name}?)\n`;
  if (set.length > 0) return `${text}Set it with --set ${set.join(' or ')}\n`;
  return takesSettings && isFlag ? text + ownersOf(word) : text;
}

/** Which commands have such a flag; nothing where none or many have. */
function ownersOf(word: string): string {
  const flags = STAGES.flatMap(({ command }) => Object.keys(command?.flags ?? {}));
  const flag = knownAs(word, flags) ?? word;
  const owners = STAGES.flatMap(({ command }) =>
    command !== undefined && flag in (command.flags ?? {}) ? [command.name] : [],
  );
  const [first] = owners;
  return owners.length === 1 ? `(radweave ${first} has --${flag})\n` : '';
}

/** What the flag of another command sets, or the keys of a name that no flag sets; those of a search are of `tune` alone. */
function settingsOf(word: string, args: readonly string[]): string[] {
  const keys = describeConfig().filter(({ section }) => section !== 'tune' || args.includes('tune'));
  const names = keys.map(({ key }) => key);
  const paths = keys.map(({ path }) => path);
  const name = names.includes(word) ? word : (knownAs(word, names) ?? word);
  const set = settingOf(name);
  if (set !== undefined) return paths.includes(set.key) ? [`${set.key}=${set.value ?? '…'}`] : [];
  const path = knownAs(word, paths);
  if (path !== undefined) return [`${path}=…`];
  return keys.filter(({ key }) => key === name).map((one) => `${one.path}=…`);
}

function hasFlag(command: string, flag: string): boolean {
  const own = STAGES.some((stage) => stage.command?.name === command && flag in (stage.command.flags ?? {}));
  return own || (commandFlags(command) ?? []).some((one) => one.flag === flag);
}

/** What a flag sets; undefined for one that sets no key, or in one command another than in another. */
function settingOf(flag: string): ConfigFlag | undefined {
  const all = STAGES.flatMap(({ command }) => commandFlags(command?.name ?? '') ?? []);
  const [first, ...others] = all.filter((one) => one.flag === flag);
  return others.every(({ key }) => key === first?.key) ? first : undefined;
}
