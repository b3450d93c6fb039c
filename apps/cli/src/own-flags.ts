import { type ConfigFlag, canonicalFlag } from '@radweave/artifacts';
import { STAGES } from '@radweave/pipeline';
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

/** How to say the flag of another command, typed in vain, by its key. */
export function otherwiseSaid(text: string, args: readonly string[]): string {
  const flag = /unknown option '(--[\w-]+)'/.exec(text)?.[1] ?? '';
  const own = args.find((arg) => commandFlags(arg)?.length) ?? '';
  const set = own === '' ? undefined : settingOf(canonicalFlag(flag));
  return set === undefined ? '' : `Set it with --set ${set.key}=${set.value ?? '…'}\n`;
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
