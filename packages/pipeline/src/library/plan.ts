import {
  type Config,
  defaultConfig,
  describeConfig,
  hashValue,
  type Plan,
  readSearch,
  type SearchRecord,
  settingOf,
  tuneFiles,
} from '@radweave/artifacts';
import type { StageEvent } from '@radweave/study/context/events';
import { RUN_DEFAULTS, type RunOptions } from '../declare/job-part.ts';
import * as take from '../declare/taken.ts';
import type { Following } from '../runner/host.ts';
import { type OpenPlan, openPlan } from '../tasks/open-plan.ts';
import { planSearch } from '../tasks/plan-search.ts';
import { planStudy } from '../tasks/plan-study.ts';
import { studyStatus, type TaskStatus } from '../tasks/study-status.ts';
import { work as workOn } from '../tasks/work.ts';
import { JOB_TAKES, withRunner } from './runner.ts';
import {
  type WorkerOptions,
  type WorkersFollowing,
  workerDevices,
  workInProcesses,
} from './worker-processes.ts';

/**
 * Writes the whole job as a list of tasks for workers, as `radweave plan` does it. Each plan is a new one; what is done is kept.
 *
 * @returns the plan, and its file.
 * @throws errors with `code`, `exitCode` and `hint`, as the command prints them.
 */
export async function plan(
  config: Config,
  options: Partial<RunOptions> & Following = {},
): Promise<{ plan: Plan; file: string }> {
  const { onEvent, signal, ...how } = take.takenOptions('plan', options, JOB_TAKES, () => RUN_DEFAULTS);
  const taken = take.takenConfig('plan', config);
  return await withRunner({ onEvent, signal }, (runner) => planStudy(taken, how, runner));
}

/** The plan of the study that a configuration's output folder names; what else is set in it must be as in the plan. */
function planOf(where: string, told: Config): OpenPlan {
  const config = take.takenConfig(where, told);
  const standard = defaultConfig();
  const given = describeConfig()
    .map(({ path }) => path)
    .filter((path) => hashValue(settingOf(config, path)) !== hashValue(settingOf(standard, path)));
  return openPlan({ config, given, inFile: [] });
}

const WORK_TAKES: take.Takes<WorkerOptions & WorkersFollowing> = {
  index: take.from(0).optional(),
  workers: take.from(1).optional(),
  devices: take.texts.optional(),
  onEvent: take.listener<NonNullable<WorkersFollowing['onEvent']>>().optional(),
  signal: take.signal.optional(),
};

/**
 * Does tasks of a plan until none is left, beside any other workers, as `radweave work` does it: in this process, or in several.
 *
 * @returns every task, as {@link status} does.
 * @throws errors with `code`, `exitCode` and `hint`: `E_PLAN` without a plan, or where `config` has other settings than it;
 *   `E_TASK_FAILED` at the end where tasks have failed; `E_WORKERS` where all processes have ended before; `E_INTERRUPTED` when stopped.
 */
export async function work(
  config: Config,
  options: WorkerOptions & WorkersFollowing = {},
): Promise<TaskStatus[]> {
  const taken = take.takenOptions('work', options, WORK_TAKES);
  const open = planOf('work', config);
  await workWith(open, taken);
  return await studyStatus(open);
}

async function workWith(open: OpenPlan, options: WorkerOptions & WorkersFollowing): Promise<void> {
  const { index = 0, onEvent, signal = new AbortController().signal } = options;
  const devices = workerDevices(options);
  if (devices.length > 0) {
    await workInProcesses([open], devices, index * devices.length, { onEvent, signal });
    return;
  }
  const following = { onEvent: (event: StageEvent) => onEvent?.(event, index), signal };
  await withRunner(following, (runner) => workOn([open], runner, { index, signal }));
}

/**
 * How far a plan is: each task in its order, with seconds that it took. It takes 5 s where a task was begun on another computer.
 *
 * @throws UsageError `E_PLAN` without a plan, or where `config` has other settings than it.
 */
export async function status(config: Config): Promise<TaskStatus[]> {
  return await studyStatus(planOf('status', config));
}

/**
 * Searches the settings of `tune` for one modality, as `radweave tune` does it. Called again, it continues where it was stopped;
 * other workers ({@link work} with the search's output folder, or `radweave work`) meanwhile share the trials.
 *
 * @returns every trial with its validation AUC, and the best.
 * @throws errors with `code`, `exitCode` and `hint`, as the command prints them.
 */
export async function tune(
  config: Config,
  given: { modality: string } & WorkerOptions & WorkersFollowing,
): Promise<SearchRecord> {
  const { modality, ...options } = take.takenOptions('tune', given, { ...WORK_TAKES, modality: take.text });
  const { index = 0, onEvent, signal } = options;
  const following = { onEvent: (event: StageEvent) => onEvent?.(event, index), signal };
  const asked = { config: take.takenConfig('tune', config), modality };
  const open = await withRunner(following, (runner) => planSearch(asked, runner));
  await workWith(open, options);
  return readSearch(tuneFiles(open.config.experiment.output_dir).record);
}
