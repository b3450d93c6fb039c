import { describedFlags } from '@radweave/artifacts';
import { FLAG_GROUPS, type Flag, type FlagGroup, type Flags, groupOf } from '@radweave/pipeline';
import { offer } from '@radweave/remarks';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { commandFlags } from '../command-flags.ts';

/** Read when no `--config` is given and it is there. */
export const DEFAULT_CONFIG_FILE = 'config/default_config.yaml';

interface Grouped {
  group: FlagGroup;
  option: Option;
}

/** Adds a command's own flags, those that set a configuration key, and the ones of all commands, under their headings. */
export function addFlags(command: Command, name: string, own: Flags): void {
  const grouped: Grouped[] = [];
  for (const [flag, about] of Object.entries(own)) {
    if (about.kind === 'positional') command.argument(about.syntax, withFacts(about.description));
    else grouped.push({ group: about.group ?? 'What to do', option: ownOption(flag, about) });
  }
  grouped.push(...configOptions(name));
  for (const group of FLAG_GROUPS) {
    command.optionsGroup(`${group}:`);
    for (const one of grouped) if (one.group === group) command.addOption(one.option);
  }
  command
    .optionsGroup('General:')
    .option('--config <file>', `YAML configuration (default: ${DEFAULT_CONFIG_FILE} where it exists)`)
    .option('--set <section.key=value...>', 'Set any configuration key; `radweave config` lists them')
    .option('--quiet', 'Print results only')
    .option('--json', 'Print the result as JSON');
}

function ownOption(
  name: string,
  { kind, syntax, description, choices, default: byDefault }: Flag<unknown>,
): Option {
  const isRequired = kind === 'required';
  const text = withFacts(description, [
    isRequired ? 'required' : '',
    choices?.join(' | '),
    byDefault === undefined ? '' : `default: ${byDefault}`,
  ]);
  const option = new Option(`--${name} ${syntax}`.trimEnd(), text).makeOptionMandatory(isRequired);
  if (choices !== undefined) {
    option.choices(choices).argParser((value) => {
      if (choices.includes(value)) return value;
      throw new InvalidArgumentError(offer(value, choices) ?? '');
    });
  }
  return byDefault === undefined ? option : option.default(byDefault);
}

function configOptions(name: string): Grouped[] {
  return describedFlags(commandFlags(name) ?? []).map((flag) => {
    const { allowed, type, default: byDefault, description } = flag.describes;
    const group = groupOf(flag);
    if (flag.value !== undefined)
      return { group, option: new Option(`--${flag.flag}`, withFacts(flag.description)) };
    // A command's own description says its own default.
    const shown = flag.description === description ? [byDefault ?? []].flat().join(' ') : '';
    const text = withFacts(flag.description, [allowed, shown === '' ? '' : `default: ${shown}`]);
    return { group, option: new Option(`--${flag.flag} ${placeholderOf(flag.flag, type)}`, text) };
  });
}

/** What stands for the value in help. */
function placeholderOf(flag: string, type: string): string {
  if (type.startsWith('list')) return '<values...>';
  if (type === 'true/false') return '<true|false>';
  if (/^(integer|number)/.test(type)) return '<number>';
  return flag.endsWith('_dir') ? '<folder>' : '<value>';
}

function withFacts(description: string, facts: readonly (string | undefined)[] = []): string {
  const said = facts.filter(Boolean).join('; ');
  const text = description.replace(/^[a-z]/, (letter) => letter.toUpperCase());
  return said === '' ? text : `${text} (${said})`;
}
