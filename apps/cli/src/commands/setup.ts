import { type SetupOptions, setUp } from '@radweave/native/setup';
import type { Define } from './define.ts';

export const define: Define = (command) => {
  command
    .option('--libtorch <folder>', 'Use this libtorch, now and in later set-ups; auto: what set-up finds')
    .option('--json', 'Print the result as JSON')
    .action(({ json, ...options }: SetupOptions & { json?: boolean }) => {
      const result = setUp((line) => process.stderr.write(`${line}\n`), options);
      if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    });
};
