import { InterruptedError } from '@radweave/artifacts';
import type { EpochReport, StepReport } from './reports.ts';

/**
 * What a running stage tells whoever started it: the terminal, the Node API and the dashboard see the same. A fact holds for more
 * than one stage of a job, and is no news when it is said again.
 */
export type StageEvent =
  | { kind: 'log'; level: 'info' | 'warning'; text: string; isFact?: true }
  | { kind: 'progress'; task: string; done: number; total: number }
  | { kind: 'step'; report: StepReport; epochs: number }
  | { kind: 'epoch'; report: EpochReport; epochs: number };

export interface StageContext {
  emit(event: StageEvent): void;
  /** Whether the user asked to stop; a stage asks between steps and then leaves everything resumable. */
  shouldStop(): boolean;
}

/** A context without listeners, for library use and tests. */
export function silentContext(): StageContext {
  return { emit: () => undefined, shouldStop: () => false };
}

export function say(context: StageContext, text: string): void {
  context.emit({ kind: 'log', level: 'info', text });
}

export function sayFact(context: StageContext, text: string): void {
  context.emit({ kind: 'log', level: 'info', text, isFact: true });
}

/** Says nothing a second time, as of networks that are alike. */
export function withoutRepeats(context: StageContext): StageContext {
  const said = new Set<string>();
  return {
    emit: (event) => {
      if (event.kind === 'log' && said.has(event.text)) return;
      if (event.kind === 'log') said.add(event.text);
      context.emit(event);
    },
    shouldStop: () => context.shouldStop(),
  };
}

/** Ends a stage whose user asked to stop and which leaves nothing half done here. @throws InterruptedError. */
export function stopIfAsked(context: StageContext, what: string): void {
  if (!context.shouldStop()) return;
  throw new InterruptedError(`${what} was stopped`, 'Start it again');
}

/** Warns the user of something that the results depend on. */
export function warn(context: StageContext, text: string): void {
  context.emit({ kind: 'log', level: 'warning', text });
}
