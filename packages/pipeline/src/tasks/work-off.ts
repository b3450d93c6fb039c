import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError, type PlannedTask } from '@radweave/artifacts';
import type { Board, Choice } from './board.ts';

/** A plan that a worker does tasks of. */
export interface Duty {
  board: Board;
  perform: (task: PlannedTask) => Promise<unknown>;
  /** Number of the worker: those that begin together look at different tasks first. */
  index: number;
  /** Which tasks are wanted, in which order; all by default. */
  choose?: Choice;
}

export interface WorkOptions {
  /** How long it waits, milliseconds, where other workers have all that can be done. */
  pause: number;
  signal: AbortSignal;
}

/**
 * Does tasks until all are done or failed, waiting for those of other workers. Of several plans those of the first come first, and
 * nobody waits for it to end.
 *
 * @throws InterruptedError when asked to stop; what is begun goes on with the next worker.
 */
export async function workOff(duties: readonly Duty[], { pause, signal }: WorkOptions): Promise<void> {
  for (;;) {
    if (signal.aborted) {
      throw new InterruptedError('the worker was stopped between two tasks', 'Start it again to continue');
    }
    let isOver = true;
    let isAny = false;
    for (const duty of duties) {
      const { ready, open } = duty.board.look(duty.choose);
      if (open > 0) isOver = false;
      isAny = await attemptOne(duty, ready);
      if (isAny) break;
    }
    if (isOver) return;
    // Who asks to stop ends the wait; the loop says so.
    if (!isAny) await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** @returns whether a task was ended here. */
async function attemptOne({ board, perform, index }: Duty, ready: readonly PlannedTask[]): Promise<boolean> {
  const first = ready.length === 0 ? 0 : index % ready.length;
  for (const task of [...ready.slice(first), ...ready.slice(0, first)]) {
    if (await board.attempt(task, perform)) return true;
  }
  return false;
}
