import { InterruptedError } from '@radweave/artifacts';
import {
  type Runner,
  type StageName,
  type StageOptions,
  type StageResult,
  startStage,
} from '@radweave/pipeline';
import type { JobClock } from './job-clock.ts';
import { ProgressDisplay } from './progress.ts';
import { onStopSignal, type StopSignal, wasStopped } from './stop-signals.ts';

/** Exit code of a process that its user stopped at once, as shells report SIGINT. */
const STOPPED = 130;

/** What somebody sends again who will not wait. */
const IMPATIENT: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGQUIT'];

/**
 * Runs a stage in the engine thread with progress on standard error. The first Ctrl-C, or another request to end, is
 * answered at once and lets the stage stop where it can be resumed; the second ends the process, leaving every file whole.
 *
 * @throws InterruptedError also when an earlier stage of this process was asked to stop and came to its end nonetheless.
 */
export async function runStage<S extends StageName>(
  stage: S,
  options: StageOptions<S>,
  quiet: boolean,
  onWarning: (text: string) => void = () => undefined,
  job?: JobClock,
): Promise<StageResult<S>> {
  if (wasStopped()) {
    throw new InterruptedError('E_INTERRUPTED', `stopped before ${stage}`, {
      mend: 'The same command goes on from here',
    });
  }
  const display = new ProgressDisplay(process.stderr, quiet, job);
  if ('modality' in options) job?.begin(stage, options.modality);
  const running = startStage(stage, options, (event) => {
    display.show(event);
    if (event.kind === 'log' && event.level === 'warning') onWarning(event.text);
  });
  let asked = false;
  const stop = (signal: StopSignal): void => {
    // The system and the shell both tell of a terminal that is closed.
    if (asked && !IMPATIENT.includes(signal)) return;
    display.clear();
    if (asked) {
      process.stderr.write('Stopped.\n');
      process.exit(STOPPED);
    }
    asked = true;
    running.requestStop();
    process.stderr.write('Stopping after this step; press Ctrl-C again to stop at once.\n');
  };
  const release = onStopSignal(stop);
  try {
    return await running.result;
  } finally {
    release();
    display.clear();
  }
}

/** Runs the stages of a whole job and tells of them on standard error. */
export function terminalRunner(quiet: boolean, job: JobClock): Runner {
  const display = new ProgressDisplay(process.stderr, quiet);
  return {
    run: (stage, options, onWarning) => runStage(stage, options, quiet, onWarning, job),
    say: (text) => {
      if (!quiet) process.stderr.write(`${text}\n`);
    },
    warn: (text) => display.show({ kind: 'log', level: 'warning', text }),
  };
}
