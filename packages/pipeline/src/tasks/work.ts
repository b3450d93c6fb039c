import { type ExitCode, findTaskRecord, inShell, type PlannedTask, RadweaveError } from '@radweave/artifacts';
import type { RunOptions } from '../declare/job-part.ts';
import { Job, type Runner } from '../job/job.ts';
import { stepsOf } from '../job/steps.ts';
import { Board, type Choice } from './board.ts';
import type { OpenPlan } from './open-plan.ts';
import { SearchTasks } from './search.ts';
import { type Duty, workOff } from './work-off.ts';

/** Often enough for people, seldom enough for a network folder. */
const PAUSE_MS = 2000;

/**
 * Does the tasks of plans, as one of any number of workers, until none is left.
 *
 * @param index Number of the worker, from 0.
 * @throws RadweaveError `E_TASK_FAILED` at the end where tasks have failed; InterruptedError when asked to stop.
 */
export async function work(
  opens: readonly OpenPlan[],
  runner: Runner,
  { index, signal }: { index: number; signal: AbortSignal },
): Promise<void> {
  const duties: Duty[] = [];
  for (const open of opens) duties.push(await dutyOf(open, runner, index));
  await workOff(duties, { pause: PAUSE_MS, signal });
  throwFailed(opens);
}

async function dutyOf(open: OpenPlan, runner: Runner, index: number): Promise<Duty> {
  const { plan, folder } = open;
  const board = new Board(folder, plan, index);
  if (!('rungs' in plan.how)) return { board, perform: await stepDoer(open, plan.how, runner), index };
  const search = new SearchTasks(open, plan.how);
  const choose: Choice = (tasks) => search.wanted(tasks, board);
  // Whoever is free takes what the search wants first.
  return { board, perform: (task) => search.perform(task, board, runner), index: 0, choose };
}

async function stepDoer(
  { config }: OpenPlan,
  how: RunOptions,
  runner: Runner,
): Promise<(task: PlannedTask) => Promise<unknown>> {
  await runner.run('check', { config, bestHparamsDir: how.bestHparamsDir }, () => undefined);
  const job = new Job(config, how, runner);
  const steps = stepsOf(config, how);
  return async ({ stage, modality, part, after }) => {
    const step = steps.find((one) => one.stage.name === stage && one.modality === modality);
    if (step === undefined) throw new RangeError(`the plan has a task ${stage} ${modality} that no job has`);
    job.recall(steps.filter((one) => after.includes(one.name)));
    return part === null ? await job.step(step) : await job.part(step, part);
  };
}

/** @throws RadweaveError `E_TASK_FAILED` where tasks have failed. */
export function throwFailed(opens: readonly OpenPlan[]): void {
  const failed = opens.flatMap(({ plan, folder }) =>
    plan.tasks.flatMap(({ name }) => {
      const error = findTaskRecord(folder, plan, name)?.error ?? null;
      return error === null ? [] : [{ name, how: plan.how, ...error }];
    }),
  );
  const [first] = failed;
  if (first === undefined) return;
  const searched = [...new Set(failed.flatMap(({ how }) => ('rungs' in how ? how.modality : [])))];
  const names = failed.map(({ name }) => name).join(', ');
  throw new RadweaveError(
    Math.max(2, first.exit_code) as ExitCode,
    'E_TASK_FAILED',
    `failed: ${names}. ${first.name}: ${first.text}`,
    {
      hint:
        searched.length > 0
          ? `Fix it and run radweave tune --modality ${inShell(searched)} again, which keeps what is done`
          : 'Fix it and run radweave plan again, which keeps what is done; then start the workers',
    },
  );
}
