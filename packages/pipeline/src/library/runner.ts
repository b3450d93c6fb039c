import type { Runner } from '../job/job.ts';
import { type Following, runInThread } from '../runner/host.ts';

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
