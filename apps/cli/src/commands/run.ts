import { runPipeline, whole } from '@radweave/pipeline';
import { runEnding } from '../run-ending.ts';
import { addFlags, type CommonFlags, readCall, tellFile } from '../stage/flags.ts';
import { JobClock } from '../stage/job-clock.ts';
import { terminalRunner } from '../stage/run-stage.ts';
import type { Define } from './define.ts';

interface RunFlags extends CommonFlags, Record<string, unknown> {
  best_hparams_dir: string;
  no_explain?: boolean;
  cross_fit?: string;
}

export const define: Define = (command) => {
  addFlags(command, 'run');
  command
    .option('--best_hparams_dir <folder>', 'where the best settings are recorded', 'config/best_hparams')
    .option(
      '--cross_fit <K>',
      'also train K models per modality on folds of the training patients, and fuse them as `stacked`',
    )
    .option(
      '--no_explain',
      'make no Grad-CAM montages; the report shows those that `radweave explain` made, if any',
    )
    .action(async (flags: RunFlags) => {
      const call = readCall('run', flags);
      const quiet = flags.quiet === true;
      tellFile(call, flags);
      const { best_hparams_dir: bestHparamsDir } = flags;
      const how = {
        bestHparamsDir,
        explain: flags.no_explain !== true,
        crossFit: flags.cross_fit === undefined ? null : whole('--cross_fit', flags.cross_fit, 2),
      };
      const outcomes = await runPipeline(
        call.config,
        how,
        terminalRunner(quiet, new JobClock(call.config, how.crossFit)),
      );
      process.stdout.write(flags.json === true ? `${JSON.stringify(outcomes)}\n` : runEnding(call.config));
    });
};
