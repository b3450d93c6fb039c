import { createContext, Script } from 'node:vm';
import { FileFault } from '../files/fault.ts';

/** Node.js ends no function by time, but a script, and the WebAssembly that it has called. */
const sandbox = createContext({ task: null });
const SCRIPT = new Script('task()');

/**
 * What a task returns that may never come back. Ended, it leaves whatever it worked on in any state.
 *
 * @throws FileFault when it takes longer; what the task throws.
 */
export function within<T>(ms: number, task: () => T): T {
  sandbox.task = task;
  try {
    return SCRIPT.runInContext(sandbox, { timeout: ms, displayErrors: false }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new FileFault(`not decoded after ${Number((ms / 1000).toPrecision(2))} s: the image is damaged`);
  } finally {
    sandbox.task = null;
  }
}
