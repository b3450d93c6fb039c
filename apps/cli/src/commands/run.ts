import { runPipeline } from '../run-pipeline.ts';
import { addFlags, type CommonFlags, readCall } from '../stage/flags.ts';
import { table } from '../table.ts';
import type { Define } from './index.ts';

export const define: Define = (command) => {
  addFlags(command, 'run');
  command
    .option('--best_hparams_dir <folder>', 'where the best settings are recorded', 'config/best_hparams')
    .action(async (flags: CommonFlags & Record<string, unknown> & { best_hparams_dir: string }) => {
      const call = readCall('run', flags);
      const quiet = flags.quiet === true;
      if (call.file !== null && !quiet) process.stderr.write(`Configuration: ${call.file}\n`);
      const outcomes = await runPipeline(call.config, flags.best_hparams_dir, quiet);
      const rows = outcomes.map(({ step, outcome }) => [step, outcome]);
      process.stdout.write(
        `${flags.json === true ? JSON.stringify(outcomes) : table(['step', 'outcome'], rows)}\n`,
      );
    });
};
