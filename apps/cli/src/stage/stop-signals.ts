import { constants } from 'node:os';
import { isUnderNohup } from './hang-up.ts';

/**
 * What asks a process to end: Ctrl-C, the system's and the schedulers' requests, a terminal that is closed. SIGUSR1 opens
 * Node's debugger where nobody listens to it; the entry points see to the time before.
 */
const NAMES = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

export type StopSignal = (typeof NAMES)[number];

/** Those that this platform has: Windows lacks half of them. Under `nohup` a closed terminal is not a request to end. */
export const STOP_SIGNALS: readonly StopSignal[] = NAMES.filter(
  (name) => name in constants.signals && !(name === 'SIGHUP' && isUnderNohup()),
);

let stopped = false;

/** Whether the user asked to stop at any time: what follows the stage under way must not begin. */
export function wasStopped(): boolean {
  return stopped;
}

/** Calls `stop` at every request to end, until the returned function is called; then they end the process at once again. */
export function onStopSignal(stop: (signal: StopSignal) => void): () => void {
  const listener = (signal: NodeJS.Signals): void => {
    stopped = true;
    stop(signal as StopSignal);
  };
  for (const name of STOP_SIGNALS) process.on(name, listener);
  return () => {
    for (const name of STOP_SIGNALS) process.off(name, listener);
  };
}
