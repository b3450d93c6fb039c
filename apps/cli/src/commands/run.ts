import { jsonLine } from '@radweave/artifacts';
import { runPipeline } from '@radweave/pipeline';
import { runEnding } from '../present/results.ts';
import { addFlags } from '../stage/add-flags.ts';
import { readCall, tellFile } from '../stage/flags.ts';
import { JobClock } from '../stage/job-clock.ts';
import { onTerminal } from '../stage/run-stage.ts';
import type { Define } from './define.ts';
import { JOB_FLAGS, type JobFlags, jobOptions } from './job-flags.ts';

export const define: Define = (command) => {
  addFlags(command, 'run', JOB_FLAGS);
  command.action(async (flags: JobFlags) => {
    const call = readCall('run', flags);
    tellFile(call, flags);
    const how = jobOptions(flags);
    const clock = new JobClock(call.config, how.crossFit);
    const outcomes = await onTerminal(
      flags.quiet === true,
      (runner) => runPipeline(call.config, how, runner, call.countsClasses),
      clock,
    );
    process.stdout.write(flags.json === true ? jsonLine(outcomes) : runEnding(call.config));
  });
};
