import { defaultConfigYaml, describeConfig } from '@radweave/artifacts';
import { table } from '../table.ts';
import type { Define } from './index.ts';

export const define: Define = (command) => {
  command
    .option('--yaml', 'print a configuration file with every default and its explanation')
    .option('--json', 'print the keys as JSON')
    .action((flags: { yaml?: boolean; json?: boolean }) => {
      if (flags.yaml === true) process.stdout.write(defaultConfigYaml());
      else if (flags.json === true) process.stdout.write(`${JSON.stringify(describeConfig())}\n`);
      else {
        const rows = describeConfig().map((key) => [
          key.path,
          key.type,
          JSON.stringify(key.default ?? null),
          key.allowed,
          key.description,
        ]);
        process.stdout.write(`${table(['key', 'type', 'default', 'allowed', 'what it is'], rows)}\n`);
      }
    });
};
