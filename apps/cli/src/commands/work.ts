import { jsonLine } from '@radweave/artifacts';
import {
  type Flags,
  type OpenPlan,
  openPlan,
  optional,
  several,
  studyStatus,
  whole,
  workerDevices,
  workInProcesses,
  workOnPlans,
} from '@radweave/pipeline';
import { runEnding } from '../present/results.ts';
import { searchEnding } from '../present/search.ts';
import { addFlags } from '../stage/add-flags.ts';
import { type CommonFlags, readCall } from '../stage/flags.ts';
import { showWorkers } from '../stage/progress.ts';
import { onTerminal, stoppable } from '../stage/run-stage.ts';
import type { Define } from './define.ts';

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

export const define: Define = (command) => {
  addFlags(command, 'work', WORK_FLAGS);
  command.action(async (flags: WorkFlags) => {
    const plan = openPlan(readCall('work', flags));
    await workOn([plan], flags);
    const { json } = flags;
    const ending = (): string => ('rungs' in plan.plan.how ? searchEnding(plan) : runEnding(plan.config));
    process.stdout.write(json === true ? jsonLine(await studyStatus(plan)) : ending());
  });
};

/** Does the tasks of plans here, or in as many processes as the flags ask for. */
export async function workOn(
  plans: readonly OpenPlan[],
  { workers, devices: names, index: typed, quiet = false }: WorkFlags,
): Promise<void> {
  const devices = workerDevices({
    workers: workers === undefined ? undefined : whole('--workers', workers, 1),
    devices: names?.flatMap((name) => name.split(',')).filter(Boolean),
  });
  const index = workerIndex(typed);
  if (devices.length === 0) {
    await onTerminal(quiet, (runner, signal) => workOnPlans(plans, runner, { index, signal }));
    return;
  }
  const onEvent = showWorkers(quiet);
  await stoppable((signal) => workInProcesses(plans, devices, index * devices.length, { onEvent, signal }));
}
