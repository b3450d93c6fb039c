import { applyOverrides, InterruptedError, jsonLine, UsageError } from '@radweave/artifacts';
import {
  type Flags,
  finishCopies,
  type OpenPlan,
  openPlan,
  optional,
  several,
  studyStatus,
  throwFailed,
  whole,
  workOnPlan,
} from '@radweave/pipeline';
import { EXIT, exitCodeOf, UserError } from '../exit-codes.ts';
import { runEnding } from '../present/results.ts';
import { searchEnding } from '../present/search.ts';
import { addFlags } from '../stage/add-flags.ts';
import { type CommonFlags, readCall } from '../stage/flags.ts';
import { terminalRunner } from '../stage/run-stage.ts';
import { onStopSignal } from '../stage/stop-signals.ts';
import type { Define } from './define.ts';
import { runWorkers } from './worker-processes.ts';

export interface WorkFlags extends CommonFlags, Record<string, unknown> {
  index?: string;
  workers?: string;
  devices?: string[];
}

export const WORK_FLAGS: Flags = {
  workers: optional('<N>', 'start N workers on this machine, which share its threads'),
  devices: several('<names...>', 'start a worker for each device, such as cuda:0 cuda:1', 'What to do'),
  index: optional(
    '<i>',
    'number of this worker, from 0 (default: $SLURM_ARRAY_TASK_ID or $JOB_COMPLETION_INDEX)',
  ),
};

/** The number that a cluster has given this worker. */
function workerIndex(typed: string | undefined, env: NodeJS.ProcessEnv = process.env): number {
  const told = typed ?? (env.SLURM_ARRAY_TASK_ID || env.JOB_COMPLETION_INDEX || '0');
  return whole('--index', told, 0);
}

/** For each worker process its device; none where this process is the worker. */
function workerDevices({ workers, devices }: WorkFlags): (string | null)[] {
  if (devices === undefined) {
    const count = workers === undefined ? 1 : whole('--workers', workers, 1);
    return count === 1 ? [] : Array.from({ length: count }, () => null);
  }
  if (workers !== undefined)
    throw new UsageError('E_FLAGS', '--devices already says how many workers to start');
  const names = devices.flatMap((device) => device.split(',')).filter(Boolean);
  if (names.length === 0) throw new UsageError('E_FLAGS', '--devices names no device');
  return names;
}

/** Refuses devices that are none, or are not here: else the other workers would do the whole study without a word of it. */
async function requireDevices({ config }: OpenPlan, devices: readonly (string | null)[]): Promise<void> {
  const named = new Set(devices.filter((device) => device !== null));
  for (const device of named) applyOverrides(config, [['training.device', device]], () => '--devices');
  // These two are always there, and asking for them would load libtorch.
  const toFind = [...named].filter((device) => device !== 'cpu' && device !== 'auto');
  if (toFind.length === 0) return;
  const { resolveDevice } = await import('@radweave/torch');
  for (const device of toFind) {
    try {
      resolveDevice(device);
    } catch (error) {
      const code = exitCodeOf(error);
      if (!(error instanceof Error) || code === undefined) throw error;
      throw new UserError(`--devices: ${error.message}`, code);
    }
  }
}

export const define: Define = (command) => {
  addFlags(command, 'work', WORK_FLAGS);
  command.action(async (flags: WorkFlags) => {
    const plan = openPlan(readCall('work', flags));
    await workOn(plan, flags);
    const { json } = flags;
    const ending = (): string => ('rungs' in plan.plan.how ? searchEnding(plan) : runEnding(plan.config));
    process.stdout.write(json === true ? jsonLine(await studyStatus(plan)) : ending());
  });
};

/** Does the tasks of a plan here, or in as many processes as the flags ask for. */
export async function workOn(plan: OpenPlan, flags: WorkFlags): Promise<void> {
  const devices = workerDevices(flags);
  await requireDevices(plan, devices);
  if (devices.length === 0) await workHere(plan, flags);
  else await workInProcesses(plan, devices, flags);
}

async function workHere(plan: OpenPlan, { index, quiet = false }: WorkFlags): Promise<void> {
  const stopping = new AbortController();
  const release = onStopSignal(() => stopping.abort());
  try {
    await workOnPlan(plan, terminalRunner(quiet), { index: workerIndex(index), signal: stopping.signal });
    await finishCopies();
  } finally {
    release();
  }
}

async function workInProcesses(
  plan: OpenPlan,
  devices: readonly (string | null)[],
  { index, quiet }: WorkFlags,
): Promise<void> {
  const { output_dir } = plan.config.experiment;
  const args = ['--output_dir', output_dir, ...(quiet === true ? ['--quiet'] : [])];
  const ends = await runWorkers(args, devices, workerIndex(index) * devices.length);
  if (ends.some(({ code }) => code === EXIT.interrupted)) {
    throw new InterruptedError('the workers were stopped', 'Start them again to continue');
  }
  throwFailed(plan);
  const tasks = await studyStatus(plan);
  const open = tasks.filter(({ state }) => state !== 'done' && state !== 'left out').map(({ name }) => name);
  if (open.length === 0) return;
  const code = ends.find((end) => end.code !== null && end.code !== EXIT.done)?.code ?? EXIT.missing;
  throw new UserError(`All workers have ended, and these tasks are not done: ${open.join(', ')}`, code);
}
