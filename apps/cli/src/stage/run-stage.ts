import {
  type Runner,
  runInThread,
  type StageEvent,
  type StageName,
  type StageOptions,
  type StageResult,
} from '@radweave/pipeline';
import type { JobClock } from './job-clock.ts';
import { ProgressDisplay } from './progress.ts';
import { onStopSignal, type StopSignal, wasStopped } from './stop-signals.ts';

/** Exit code of a process that its user stopped at once, as shells report SIGINT. */
const STOPPED = 130;

/** What somebody sends again who will not wait. */
const IMPATIENT: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGQUIT'];

/**
 * Does what can be stopped. The first Ctrl-C, or another request to end, is answered at once and lets the work stop where it
 * can be resumed; the second ends the process, leaving every file whole.
 *
 * @param clear makes room for a line.
 */
export async function stoppable<T>(
  work: (signal: AbortSignal) => Promise<T>,
  clear: () => void = () => undefined,
): Promise<T> {
  const stopping = new AbortController();
  if (wasStopped()) stopping.abort();
  const stop = (signal: StopSignal): void => {
    // The system and the shell both tell of a terminal that is closed.
    const { aborted } = stopping.signal;
    if (aborted && !IMPATIENT.includes(signal)) return;
    clear();
    if (aborted) {
      process.stderr.write('Stopped.\n');
      process.exit(STOPPED);
    }
    stopping.abort();
    process.stderr.write('Stopping after this step; press Ctrl-C again to stop at once.\n');
  };
  const release = onStopSignal(stop);
  try {
    return await work(stopping.signal);
  } finally {
    release();
    clear();
  }
}

/**
 * Runs a stage in the engine thread with progress on standard error.
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
  const display = new ProgressDisplay(process.stderr, quiet, job);
  if ('modality' in options) job?.begin(stage, options.modality);
  const onEvent = (event: StageEvent): void => {
    display.show(event);
    if (event.kind === 'log' && event.level === 'warning') onWarning(event.text);
  };
  return await stoppable(
    (signal) => runInThread(stage, options, { signal, onEvent }),
    () => display.clear(),
  );
}

/** Runs the stages of a whole job and tells of them on standard error. */
export function terminalRunner(quiet: boolean, job?: JobClock): Runner {
  const display = new ProgressDisplay(process.stderr, quiet);
  return {
    run: (stage, options, onWarning) => runStage(stage, options, quiet, onWarning, job),
    say: (text) => {
      if (!quiet) process.stderr.write(`${text}\n`);
    },
    warn: (text) => display.show({ kind: 'log', level: 'warning', text }),
  };
}
