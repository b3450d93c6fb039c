import { type Runner, withRunner } from '@radweave/pipeline';
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
 * Does what runs stages, with progress on standard error, so that it can be stopped.
 *
 * @throws InterruptedError also when an earlier stage of this process was asked to stop and came to its end nonetheless.
 */
export async function onTerminal<T>(
  quiet: boolean,
  work: (runner: Runner, signal: AbortSignal) => Promise<T>,
  job?: JobClock,
): Promise<T> {
  const told = new Set<string>();
  let display = new ProgressDisplay(process.stderr, quiet, undefined, told);
  return await stoppable(
    (signal) =>
      withRunner({ signal, onEvent: (event) => display.show(event) }, (runner) => {
        const run: Runner['run'] = async (stage, options, onWarning) => {
          display = new ProgressDisplay(process.stderr, quiet, job, told);
          if ('modality' in options) job?.begin(stage, options.modality);
          return await runner.run(stage, options, onWarning).finally(() => display.clear());
        };
        return work({ ...runner, run }, signal);
      }),
    () => display.clear(),
  );
}
