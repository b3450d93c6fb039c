import type { RunOptions } from '../declare/job-part.ts';
import * as take from '../declare/taken.ts';
import type { Runner } from '../job/job.ts';
import { finishCopies } from '../runner/copies.ts';
import { type Following, StageThread } from '../runner/host.ts';

export const FOLLOWING: take.Takes<Following> = {
  onEvent: take.listener<NonNullable<Following['onEvent']>>().optional(),
  signal: take.signal.optional(),
};

export const JOB_TAKES: take.Takes<RunOptions & Following> = {
  ...FOLLOWING,
  bestHparamsDir: take.text,
  explain: take.truth,
  crossFit: take.from(2).nullable(),
};

/** Does work that runs stages, of which a script is told, and copies what is new to where copies are wanted. */
export async function withRunner<T>(
  { onEvent = () => undefined, signal }: Following,
  work: (runner: Runner) => Promise<T>,
): Promise<T> {
  const say = (level: 'info' | 'warning', text: string): void => onEvent({ kind: 'log', level, text });
  const thread = new StageThread();
  const runner: Runner = {
    run: (stage, given, onWarning) =>
      thread.run(stage, given, {
        signal,
        onEvent: (event) => {
          onEvent(event);
          if (event.kind === 'log' && event.level === 'warning') onWarning(event.text);
        },
      }),
    say: (text) => say('info', text),
    warn: (text) => say('warning', text),
  };
  try {
    const result = await work(runner);
    await finishCopies();
    return result;
  } finally {
    await thread.end();
  }
}
