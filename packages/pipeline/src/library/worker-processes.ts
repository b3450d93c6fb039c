import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import {
  applyOverrides,
  type CarriedError,
  type ExitCode,
  InterruptedError,
  RadweaveError,
  revivedError,
  UsageError,
} from '@radweave/artifacts';
import type { StageEvent } from '@radweave/study/context/events';
import { whole } from '../declare/flags.ts';
import type { OpenPlan } from '../tasks/open-plan.ts';
import { studyStatus } from '../tasks/study-status.ts';
import { throwFailed } from '../tasks/work.ts';

/** Which workers do the tasks of a plan. */
export interface WorkerOptions {
  /** Number of this worker, from 0: workers with numbers of their own begin with different tasks. */
  index?: number | undefined;
  /** So many processes, which share the threads of this machine; 1, the default, is this process. */
  workers?: number | undefined;
  /** Instead: a process for each device, such as `cuda:0`. */
  devices?: readonly string[] | undefined;
}

/** How the caller follows workers and stops them. */
export interface WorkersFollowing {
  /** Is told what the terminal shows, and the number of the worker. */
  onEvent?: ((event: StageEvent, worker: number) => void) | undefined;
  /** Asks the workers to stop after their current step and leave everything resumable. */
  signal?: AbortSignal | undefined;
}

export type ToWorker = 'stop' | { opens: OpenPlan[]; index: number };
export type FromWorker =
  | { type: 'event'; event: StageEvent }
  | { type: 'done' }
  | { type: 'failed'; error: CarriedError };

/**
 * For each worker process its device, null where it is the plan's; none where this process is the worker.
 *
 * @throws UsageError `E_FLAGS` or `E_NUMBER`.
 */
export function workerDevices({ workers, devices }: WorkerOptions): (string | null)[] {
  if (devices === undefined) {
    const count = whole('--workers', String(workers ?? 1), 1);
    return count === 1 ? [] : Array.from({ length: count }, () => null);
  }
  if (workers !== undefined)
    throw new UsageError('E_FLAGS', '--devices already says how many workers to start');
  if (devices.length === 0) throw new UsageError('E_FLAGS', '--devices names no device');
  return [...devices];
}

/** Refuses devices that are none, or are not here: else the other workers would do the whole study without a word of it. */
async function requireDevices(
  opens: readonly OpenPlan[],
  devices: readonly (string | null)[],
): Promise<void> {
  const named = new Set(devices.filter((device) => device !== null));
  for (const { config } of opens) {
    for (const device of named) applyOverrides(config, [['training.device', device]], () => '--devices');
  }
  // These two are always there, and asking for them would load libtorch.
  const toFind = [...named].filter((device) => device !== 'cpu' && device !== 'auto');
  if (toFind.length === 0) return;
  const { resolveDevice } = await import('@radweave/torch');
  for (const device of toFind) resolveDevice(device);
}

/**
 * Does the tasks of plans in a process for each device. The machine's threads are divided among them, unless
 * `RADWEAVE_THREADS` says how many each has.
 *
 * @param first Number of the first worker.
 * @throws as one worker does; RadweaveError `E_WORKERS` where all have ended before a plan has.
 */
export async function workInProcesses(
  opens: readonly OpenPlan[],
  devices: readonly (string | null)[],
  first: number,
  { onEvent = () => undefined, signal }: WorkersFollowing,
): Promise<void> {
  await requireDevices(opens, devices);
  const threads = String(Math.max(1, Math.floor(availableParallelism() / devices.length)));
  const env = { RADWEAVE_THREADS: threads, ...process.env };
  const workers = devices.map((device, i) => {
    const index = first + i;
    const child = fork(new URL('./worker-process.js', import.meta.url), {
      serialization: 'advanced',
      execArgv: [],
      // Not of the terminal's group, which gets every Ctrl-C itself.
      detached: true,
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const end = endOf(child, (event) => onEvent(event, index));
    send(child, { opens: opens.map((open) => onDevice(open, device)), index });
    return { child, end };
  });
  const stop = (): void => {
    for (const { child } of workers) send(child, 'stop');
  };
  signal?.addEventListener('abort', stop);
  if (signal?.aborted === true) stop();
  try {
    await throwUnlessDone(opens, await Promise.all(workers.map(({ end }) => end)));
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** To one that has ended meanwhile there is nothing to say. */
function send(child: ChildProcess, message: ToWorker): void {
  child.send(message, () => undefined);
}

function onDevice(open: OpenPlan, device: string | null): OpenPlan {
  if (device === null) return open;
  const { config } = open;
  return { ...open, config: { ...config, training: { ...config.training, device } } };
}

/** Tells what a worker says, and the error that it ended with. */
async function endOf(child: ChildProcess, tell: (event: StageEvent) => void): Promise<Error | undefined> {
  const say = (level: 'info' | 'warning', text: string): void => tell({ kind: 'log', level, text });
  let failure: Error | undefined;
  child.on('message', (message: FromWorker) => {
    if (message.type === 'event') tell(message.event);
    else if (message.type === 'failed') failure = revivedError(message.error);
  });
  if (child.stderr !== null) createInterface(child.stderr).on('line', (line) => say('warning', line));
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal !== null) say('warning', `This worker was ended by ${signal}; others take over its task`);
  else if (failure !== undefined) say(isStop(failure) ? 'info' : 'warning', failure.message);
  return failure;
}

/** Undefined for a bug. */
function exitCodeOf(error: Error): ExitCode | undefined {
  return Object(error).exitCode;
}

const isStop = (error: Error): boolean => exitCodeOf(error) === 4;

/** @throws what all workers ended with, where tasks are open. */
async function throwUnlessDone(
  opens: readonly OpenPlan[],
  ends: readonly (Error | undefined)[],
): Promise<void> {
  const errors = ends.filter((error) => error !== undefined);
  if (errors.some(isStop)) {
    throw new InterruptedError('the workers were stopped', 'Start them again to continue');
  }
  throwFailed(opens);
  const tasks = (await Promise.all(opens.map(studyStatus))).flat();
  const left = tasks.filter(({ state }) => state !== 'done' && state !== 'left out').map(({ name }) => name);
  if (left.length === 0) return;
  const [cause] = errors;
  const exitCode = cause === undefined ? 5 : exitCodeOf(cause);
  if (exitCode === undefined) throw cause;
  const what = `all workers have ended, and these tasks are not done: ${left.join(', ')}`;
  const hint = 'Their last warnings say why. Mend that, and start them again: what is done is kept';
  throw new RadweaveError(exitCode, 'E_WORKERS', what, { hint, cause });
}
