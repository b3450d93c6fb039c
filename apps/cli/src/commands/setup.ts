import { setUp } from '@radweave/native/setup';
import type { Define } from './define.ts';

export const define: Define = (command) => {
  command.option('--json', 'print the result as JSON').action((options: { json?: boolean }) => {
    const result = setUp((line) => process.stderr.write(`${line}\n`));
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  });
};
