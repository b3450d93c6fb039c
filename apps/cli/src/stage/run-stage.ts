import { type StageName, type StageOptions, type StageResult, startStage } from '@radweave/pipeline';
import type { Runner } from '../run-job.ts';
import { ProgressDisplay } from './progress.ts';

/** Exit code of a process that its user stopped at once, as shells report SIGINT. */
const STOPPED = 130;

/**
 * Runs a stage in the engine thread with progress on standard error. The first Ctrl-C is answered at once and lets the
 * stage stop where it can be resumed; the second ends the process, leaving every file whole.
 */
export async function runStage<S extends StageName>(
  stage: S,
  options: StageOptions<S>,
  quiet: boolean,
): Promise<StageResult<S>> {
  const display = new ProgressDisplay(process.stderr, quiet);
  const running = startStage(stage, options, (event) => display.show(event));
  let asked = false;
  const stop = (): void => {
    display.clear();
    if (asked) {
      process.stderr.write('Stopped.\n');
      process.exit(STOPPED);
    }
    asked = true;
    running.requestStop();
    process.stderr.write('Stopping after this step; press Ctrl-C again to stop at once.\n');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await running.result;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    display.clear();
  }
}

/** Runs stages and tells of them on standard error. */
export function terminalRunner(quiet: boolean): Runner {
  return {
    run: (stage, options) => runStage(stage, options, quiet),
    say: (text) => {
      if (!quiet) process.stderr.write(`${text}\n`);
    },
  };
}
