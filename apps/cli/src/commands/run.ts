import { jsonLine } from '@radweave/artifacts';
import { optional, runPipeline, toggle, whole, withDefault } from '@radweave/pipeline';
import { runEnding } from '../run-ending.ts';
import { addFlags } from '../stage/add-flags.ts';
import { type CommonFlags, readCall, tellFile } from '../stage/flags.ts';
import { JobClock } from '../stage/job-clock.ts';
import { terminalRunner } from '../stage/run-stage.ts';
import type { Define } from './define.ts';

interface RunFlags extends CommonFlags, Record<string, unknown> {
  best_hparams_dir: string;
  no_explain?: boolean;
  cross_fit?: string;
}

const FLAGS = {
  best_hparams_dir: withDefault('<folder>', 'record of the best settings', 'config/best_hparams', 'Output'),
  cross_fit: optional(
    '<K>',
    'also cross-fit: train K models per modality on folds of the training patients and fit a stacked classifier',
  ),
  no_explain: toggle('draw no Grad-CAM montages; the report shows those that exist'),
};

export const define: Define = (command) => {
  addFlags(command, 'run', FLAGS);
  command.action(async (flags: RunFlags) => {
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
    process.stdout.write(flags.json === true ? jsonLine(outcomes) : runEnding(call.config));
  });
};
