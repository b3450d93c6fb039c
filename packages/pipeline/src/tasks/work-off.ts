import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError, type PlannedTask } from '@radweave/artifacts';
import type { Board, Choice } from './board.ts';

export interface WorkOptions {
  /** Its number: workers that begin together look at different tasks first. */
  index: number;
  /** How long it waits, milliseconds, where other workers have all that can be done. */
  pause: number;
  signal: AbortSignal;
  /** Which tasks are wanted, in which order; all by default. */
  choose?: Choice;
}

/**
 * Does tasks until all are done or failed, waiting for those of other workers.
 *
 * @throws InterruptedError when asked to stop; what is begun goes on with the next worker.
 */
export async function workOff(
  board: Board,
  perform: (task: PlannedTask) => Promise<unknown>,
  { index, pause, signal, choose }: WorkOptions,
): Promise<void> {
  for (;;) {
    if (signal.aborted) {
      throw new InterruptedError('the worker was stopped between two tasks', 'Start it again to continue');
    }
    const { ready, open } = board.look(choose);
    if (open === 0) return;
    const first = ready.length === 0 ? 0 : index % ready.length;
    let isAny = false;
    for (const task of [...ready.slice(first), ...ready.slice(0, first)]) {
      isAny = await board.attempt(task, perform);
      if (isAny) break;
    }
    // Who asks to stop ends the wait; the loop says so.
    if (!isAny) await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}
