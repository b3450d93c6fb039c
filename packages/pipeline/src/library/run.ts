import { type Config, reportPath } from '@radweave/artifacts';
import type { RunOptions } from '../declare/job-part.ts';
import type { StepOutcome } from '../job/job.ts';
import { runPipeline } from '../job/run-pipeline.ts';
import { finishCopies } from '../runner/copies.ts';
import { type Following, runInThread } from '../runner/host.ts';

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
export async function run(
  config: Config,
  { onEvent = () => undefined, signal, ...how }: Partial<RunOptions> & Following = {},
): Promise<RunResult> {
  const say = (level: 'info' | 'warning', text: string): void => onEvent({ kind: 'log', level, text });
  const options = { bestHparamsDir: 'config/best_hparams', explain: true, crossFit: null, ...how };
  const steps = await runPipeline(config, options, {
    run: (stage, given, onWarning) =>
      runInThread(stage, given, {
        signal,
        onEvent: (event) => {
          onEvent(event);
          if (event.kind === 'log' && event.level === 'warning') onWarning(event.text);
        },
      }),
    say: (text) => say('info', text),
    warn: (text) => say('warning', text),
  });
  await finishCopies();
  return { steps, report: reportPath(config) };
}
