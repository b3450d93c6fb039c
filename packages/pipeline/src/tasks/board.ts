import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  Claims,
  findPlan,
  findTaskRecord,
  type LeaseTimes,
  type Plan,
  type PlannedTask,
  planFiles,
  type TaskRecord,
  UsageError,
  whileLocked,
  writeTaskRecord,
} from '@radweave/artifacts';
import type { Outcome } from '../job/job.ts';

/** Which tasks can be begun, and whether any is left to wait for. */
export interface Outlook {
  ready: PlannedTask[];
  /** Wanted, and neither done nor failed, nor after one that failed. */
  open: number;
}

/** So many workers may die at a task; then it is the task that kills them. */
const MOST_ATTEMPTS = 5;

/**
 * Exit codes that say nothing against the task: it was stopped and goes on when it is started again, or the machine lacks
 * something, which another worker's may have.
 */
const GIVES_BACK = [4, 5];

/** How long a task is let alone whose folders are locked. */
const BUSY_MS = 10_000;

const KB_PER_MB = 1024;
const SECONDS_PER_MINUTE = 60;

/** Which of the open tasks are wanted, in which order. */
export type Choice = (open: readonly PlannedTask[]) => readonly PlannedTask[];

/** The tasks of a plan on disk, as one worker sees and takes them. A task has a folder of its own with its lease and its record. */
export class Board {
  readonly plan: Plan;
  private readonly folder: string;
  private readonly worker: string;
  private readonly claims: Claims;
  private readonly done = new Set<string>();
  /** When to look again at tasks whose folders another command was at work in. */
  private readonly busy = new Map<string, number>();

  /**
   * @param folder The folder of the plan.
   * @param index Number of the worker, for people.
   */
  constructor(folder: string, plan: Plan, index: number, times?: LeaseTimes) {
    this.folder = folder;
    this.plan = plan;
    this.worker = `${hostname()}, process ${process.pid}, worker ${index}`;
    this.claims = new Claims(times);
  }

  /**
   * What can be done now.
   *
   * @param choose All are wanted by default.
   * @throws UsageError `E_PLAN` where another plan has taken the place of this one.
   */
  look(choose: Choice = (open) => open): Outlook {
    const { plan: file } = planFiles(this.folder);
    if (findPlan(file)?.id !== this.plan.id) {
      throw new UsageError('E_PLAN', 'the study has been planned again', {
        where: file,
        hint: 'Start the worker again to follow the new plan',
      });
    }
    const failed = new Set<string>();
    const open: PlannedTask[] = [];
    for (const task of this.plan.tasks) {
      if (this.isDone(task.name)) continue;
      // Tasks come after those that they wait for.
      if (this.record(task.name)?.state === 'failed' || task.after.some((name) => failed.has(name))) {
        failed.add(task.name);
        continue;
      }
      open.push(task);
    }
    const wanted = choose(open);
    const isBusy = ({ name }: PlannedTask): boolean => (this.busy.get(name) ?? 0) > performance.now();
    const ready = wanted.filter((task) => !isBusy(task) && task.after.every((name) => this.isDone(name)));
    return { ready, open: wanted.length };
  }

  isDone(name: string): boolean {
    if (!this.done.has(name) && this.record(name)?.state === 'done') this.done.add(name);
    return this.done.has(name);
  }

  record(name: string): TaskRecord | null {
    return findTaskRecord(this.folder, this.plan, name);
  }

  /**
   * Does a task, unless another worker has it or has just ended it, or another command works in its folders.
   *
   * @param perform Gives `unchanged` where there was nothing to do: then what the task took stays on record as it was.
   * @returns whether it was ended here, be it with an error that is on record now.
   * @throws InterruptedError when asked to stop, and ResourceError where this machine lacks something: both leave the task to
   *   whoever comes. Bugs.
   */
  async attempt(task: PlannedTask, perform: (task: PlannedTask) => Promise<unknown>): Promise<boolean> {
    const lock = this.claims.take(join(this.folder, task.name), `radweave work, task ${task.name}`);
    if (lock === undefined) return false;
    try {
      return await whileLocked(lock, () => this.perform(task, perform));
    } catch (error) {
      if (!isLocked(error)) throw error;
      this.busy.set(task.name, performance.now() + BUSY_MS);
      return false;
    }
  }

  private async perform(
    task: PlannedTask,
    perform: (task: PlannedTask) => Promise<unknown>,
  ): Promise<boolean> {
    const before = this.record(task.name);
    if (before?.state === 'done' || before?.state === 'failed') return false;
    const attempts = before?.state === 'running' ? before.attempts + 1 : 1;
    const record = this.recorder(task, attempts);
    if (attempts > MOST_ATTEMPTS) {
      record('failed', { code: 'E_TASK_DIED', exit_code: 5, text: DIED });
      return true;
    }
    record('running');
    let isUnchanged: boolean;
    try {
      isUnchanged = (await perform(task)) === ('unchanged' satisfies Outcome);
    } catch (error) {
      const what = errorOf(error);
      if (GIVES_BACK.includes(what.exit_code)) {
        record('stopped');
        throw error;
      }
      record('failed', what);
      if (what.code === 'bug') throw error;
      return true;
    }
    record('done', null, isUnchanged);
    return true;
  }

  /** Writes how far the task is that begins now. */
  private recorder({ name, needs }: PlannedTask, attempts: number) {
    const started = new Date().toISOString();
    const begin = performance.now();
    return (state: TaskRecord['state'], error: TaskRecord['error'] = null, isUnchanged = false): void => {
      const known = needs.minutes === null ? null : needs.minutes * SECONDS_PER_MINUTE;
      const seconds = isUnchanged ? known : (performance.now() - begin) / 1000;
      const memory = isUnchanged ? needs.memory_mb : process.resourceUsage().maxRSS / KB_PER_MB;
      writeTaskRecord(this.folder, name, {
        format: 1,
        plan: this.plan.id,
        state,
        worker: this.worker,
        attempts,
        started,
        seconds: state === 'running' ? null : seconds,
        memory_mb: state === 'done' ? memory : null,
        error,
      });
    };
  }
}

/** Another command works in a folder that the task needs, or another worker has taken the task over. */
const isLocked = (error: unknown): boolean => errorOf(error).code === 'E_LOCKED';

const DIED = `the workers that began it ended without a word, ${MOST_ATTEMPTS} times: look at the memory of the machine`;

/** What is to be said of an error. One of a stage's thread has the fields of its class alone. */
function errorOf(error: unknown): NonNullable<TaskRecord['error']> {
  const { code, exitCode, message } = Object(error) as Record<string, unknown>;
  const text = String(message ?? error);
  // Errors of set-up have nothing but their exit code, as their code.
  const exit_code = typeof exitCode === 'number' ? exitCode : typeof code === 'number' ? code : 1;
  return { code: typeof code === 'string' && exit_code > 1 ? code : 'bug', exit_code, text };
}
