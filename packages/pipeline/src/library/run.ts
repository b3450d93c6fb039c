import { type Config, reportPath } from '@radweave/artifacts';
import { RUN_DEFAULTS, type RunOptions } from '../declare/job-part.ts';
import * as take from '../declare/taken.ts';
import type { StepOutcome } from '../job/job.ts';
import { runPipeline } from '../job/run-pipeline.ts';
import type { Following } from '../runner/host.ts';
import { JOB_TAKES, withRunner } from './runner.ts';

export interface RunResult {
  /** In order; a step is `unchanged` when nothing that it depends on had changed. */
  steps: StepOutcome[];
  /** The HTML report. */
  report: string;
}

/**
 * The whole job, as `radweave run` does it: preprocess, train and extract each modality, fuse, evaluate, audit, explain,
 * visualize, report. Called again, it continues where it was stopped.
 *
 * @throws errors with `code`, `exitCode` and `hint`, as the command prints them.
 */
export async function run(config: Config, options: Partial<RunOptions> & Following = {}): Promise<RunResult> {
  const taken = take.takenConfig('run', config);
  const { onEvent, signal, ...how } = take.takenOptions('run', options, JOB_TAKES, () => RUN_DEFAULTS);
  const steps = await withRunner({ onEvent, signal }, (runner) => runPipeline(taken, how, runner));
  return { steps, report: reportPath(taken) };
}
