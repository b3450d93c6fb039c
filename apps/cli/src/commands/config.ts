import { type ConfigKey, defaultConfigYaml, describeConfig, jsonLine } from '@radweave/artifacts';
import wrapAnsi from 'wrap-ansi';
import { terminalWidth } from '../terminal-width.ts';
import type { Define } from './define.ts';

export const define: Define = (command) => {
  command
    .option('--yaml', 'Print a configuration file with every default and its explanation')
    .option('--json', 'Print the keys as JSON')
    .action((flags: { yaml?: boolean; json?: boolean }) => {
      if (flags.yaml === true) process.stdout.write(defaultConfigYaml());
      else if (flags.json === true) process.stdout.write(jsonLine(describeConfig()));
      else process.stdout.write(describeConfig().map(described).join(''));
    });
};

const INDENT = '    ';

/** A key on a line of its own, so that it can be copied, and below it what it does. */
function described({ path, type, allowed, description, default: byDefault }: ConfigKey): string {
  const room = terminalWidth(process.stdout) - INDENT.length;
  const facts = `${allowed === '' ? type : allowed}; default ${JSON.stringify(byDefault ?? null)}`;
  const lines = [description, facts].flatMap((text) => wrapAnsi(text, room, { hard: true }).split('\n'));
  return [path, ...lines.map((line) => INDENT + line), ''].join('\n');
}
