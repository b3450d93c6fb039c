import { type ConfigKeyPath, configFlags, settingOf } from '@radweave/artifacts';
import { commandLine, type Start } from './continue-command.ts';
import { type CallConfig, DEFAULT_CONFIG_FILE } from './stage/flags.ts';

/** Sections that say where files lie and how they are judged; how a network was trained stands in its checkpoint. */
const REPEATED = /^(data|fusion|evaluation|experiment)\./;

/**
 * The line of a command that goes on from what this call has made: with its configuration file, and what it set otherwise.
 *
 * @param command such as `report`.
 */
export function laterCommand(command: string, { config, given, file }: CallConfig, start: Start): string {
  const flags = configFlags(command);
  const typed = given
    .filter((key) => REPEATED.test(key))
    .flatMap((key) => {
      const value = textOf(settingOf(config, key as ConfigKeyPath));
      const flag = flags.find((one) => one.key === key && one.value === undefined);
      return flag === undefined ? ['--set', `${key}=${value}`] : [`--${flag.flag}`, value];
    });
  const settings = file === null || file === DEFAULT_CONFIG_FILE ? [] : ['--config', file];
  return commandLine([command, ...settings, ...typed], start);
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}
