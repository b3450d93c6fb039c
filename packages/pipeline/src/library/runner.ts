import type { RunOptions } from '../declare/job-part.ts';
import * as take from '../declare/taken.ts';
import type { Runner } from '../job/job.ts';
import { type Following, runInThread } from '../runner/host.ts';

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

/** Runs the stages of a whole job and tells a script of them. */
export function followedRunner({ onEvent = () => undefined, signal }: Following): Runner {
  const say = (level: 'info' | 'warning', text: string): void => onEvent({ kind: 'log', level, text });
  return {
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
  };
}
