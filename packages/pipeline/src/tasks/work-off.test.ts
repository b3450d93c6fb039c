import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  carriedError,
  DataError,
  defaultConfig,
  InterruptedError,
  type Plan,
  type PlannedTask,
  ResourceError,
  revivedError,
  writePlan,
} from '@radweave/artifacts';
import { Random } from '@radweave/stats';
import { tempDir } from '@radweave/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { Board } from './board.ts';
import { throwFailed } from './work.ts';
import { type Duty, type WorkOptions, workOff } from './work-off.ts';

const needs = { device: 'cpu', passes: 0, minutes: null, memory_mb: null };

/** A plan of tasks `0`, `1`, …, each after those that `after` names, in a folder. */
function planOf(folder: string, count: number, after: (i: number) => number[]): Plan {
  const tasks = Array.from({ length: count }, (_, i): PlannedTask => {
    const common = { stage: 'none', modality: '', part: null, inputs: [], outputs: [], needs };
    return { ...common, name: String(i), after: after(i).map(String) };
  });
  const how = { bestHparamsDir: '', explain: true, crossFit: null };
  const plan: Plan = { format: 1, id: 'one', folder, radweave: '0', how, tasks };
  writePlan(join(folder, 'tasks.json'), plan);
  return plan;
}

/** An error as it comes out of the thread of a stage. */
const ofThread = (error: Error): Error => revivedError(carriedError(error));

const options = (): { index: number; pause: number; signal: AbortSignal } => ({
  index: 0,
  pause: 10,
  signal: new AbortController().signal,
});

/** One worker at one plan. */
const workOn = (
  board: Board,
  perform: Duty['perform'],
  { index, ...options }: WorkOptions & { index: number },
): Promise<void> => workOff([{ board, perform, index }], options);

test('a worker does each task once, after those it needs, whichever it looks at first', async () => {
  const folder = tempDir();
  const plan = planOf(folder, 5, (i) => (i >= 2 ? [i - 2] : []));
  const seen: string[] = [];
  const perform = async ({ name, after }: PlannedTask): Promise<void> => {
    for (const one of after) expect(seen).toContain(one);
    seen.push(name);
  };
  await workOn(new Board(folder, plan, 1), perform, { ...options(), index: 1 });
  expect(seen.toSorted()).toEqual(['0', '1', '2', '3', '4']);
  await workOn(new Board(folder, plan, 2), perform, options());
  expect(seen).toHaveLength(5);
});

test('of two plans a worker does the first, and the second while others have what is left of the first', async () => {
  const [one, two] = [tempDir(), tempDir()];
  const boards = [one, two].map(
    (folder) =>
      new Board(
        folder,
        planOf(folder, 2, () => []),
        0,
      ),
  );
  const elsewhere = new Board(
    one,
    planOf(one, 2, () => []),
    1,
  );
  const seen: string[] = [];
  let free = (): void => undefined;
  const kept = new Promise<void>((resolve) => {
    free = resolve;
  });
  const [task] = elsewhere.look().ready;
  if (task === undefined) throw new Error('there is no task');
  const other = elsewhere.attempt(task, () => kept);
  const dutyOf = (board: Board, i: number): Duty => ({
    board,
    index: 0,
    perform: async ({ name }) => {
      seen.push(`${i}-${name}`);
      if (seen.length === 3) free();
    },
  });
  await workOff(boards.map(dutyOf), options());
  expect(seen).toEqual(['0-1', '1-0', '1-1']);
  expect(await other).toBe(true);
});

test('at the end the failed tasks of all plans are named', async () => {
  const opens = await Promise.all(
    ['0', '1'].map(async (failing) => {
      const folder = tempDir();
      const plan = planOf(folder, 2, () => []);
      const perform = async ({ name }: PlannedTask): Promise<void> => {
        if (name === failing) throw ofThread(new DataError('E_IMAGES', 'damaged'));
      };
      await workOn(new Board(folder, plan, 0), perform, options());
      return { plan, folder, config: defaultConfig() };
    }),
  );
  expect(() => throwFailed(opens)).toThrow('failed: 0, 1. 0: damaged');
});

test('what needs a task that failed is left, all else is done', async () => {
  const folder = tempDir();
  const plan = planOf(folder, 4, (i) => (i === 3 ? [1] : []));
  const board = new Board(folder, plan, 0);
  const seen: string[] = [];
  await workOn(
    board,
    async ({ name }) => {
      if (name === '1') throw ofThread(new DataError('E_IMAGES', 'damaged'));
      seen.push(name);
    },
    options(),
  );
  expect(seen).toEqual(['0', '2']);
  expect(board.record('1')).toMatchObject({
    state: 'failed',
    error: { code: 'E_IMAGES', exit_code: 3, text: 'damaged' },
  });
});

test('a task on which nothing had changed keeps what it took when it was done', async () => {
  const folder = tempDir();
  const plan = planOf(folder, 2, () => []);
  const needs = { device: 'cpu', passes: 0, minutes: 2, memory_mb: 300 };
  const tasks = plan.tasks.map((task, i) => (i === 0 ? { ...task, needs } : task));
  const board = new Board(folder, { ...plan, tasks }, 0);
  await workOn(board, async () => 'unchanged', options());
  expect(board.record('0')).toMatchObject({ state: 'done', seconds: 120, memory_mb: 300 });
  // It was done without a plan: nobody has measured it.
  expect(board.record('1')).toMatchObject({ state: 'done', seconds: null, memory_mb: null });
});

test('a task whose folders are locked is let alone for a while and none of its faults', async () => {
  const folder = tempDir();
  const plan = planOf(folder, 2, () => []);
  const board = new Board(folder, plan, 0);
  const locked = async (): Promise<void> => {
    throw ofThread(new ResourceError('E_LOCKED', 'in use'));
  };
  expect(await board.attempt(plan.tasks[0] as PlannedTask, locked)).toBe(false);
  expect(board.look()).toMatchObject({ ready: [{ name: '1' }], open: 2 });
  expect(board.record('0')).toMatchObject({ state: 'stopped', error: null });
});

test.each([
  ofThread(new ResourceError('E_OUT_OF_MEMORY', 'the GPU is full')),
  Object.assign(new Error('the engine is not built'), { code: 5 }),
])('a worker whose machine lacks something ends, and its task is left to others: %s', async (lack) => {
  const folder = tempDir();
  const board = new Board(
    folder,
    planOf(folder, 1, () => []),
    0,
  );
  await expect(workOn(board, () => Promise.reject(lack), options())).rejects.toBe(lack);
  expect(board.record('0')).toMatchObject({ state: 'stopped', error: null });
});

test('a worker that is asked to stop leaves its task to the next, and a new plan ends it', async () => {
  const folder = tempDir();
  const plan = planOf(folder, 2, () => []);
  const board = new Board(folder, plan, 0);
  const stop = async (): Promise<void> => {
    throw ofThread(new InterruptedError('stopped'));
  };
  await expect(workOn(board, stop, options())).rejects.toThrow('stopped');
  expect(board.record('0')).toMatchObject({ state: 'stopped' });
  await board.attempt(plan.tasks[0] as PlannedTask, async () => undefined);
  expect(board.record('0')).toMatchObject({ state: 'done', attempts: 1 });
  writePlan(join(folder, 'tasks.json'), { ...plan, id: 'two' });
  await expect(workOn(board, async () => undefined, options())).rejects.toMatchObject({ code: 'E_PLAN' });
});

test('a task at which five workers died is given up', async () => {
  const folder = tempDir();
  const plan = planOf(folder, 1, () => []);
  // What a killed worker leaves: a record that says running, and no lease that lives.
  const die = `process.kill(process.pid, 'SIGKILL');`;
  for (let i = 0; i < 5; i++) await once(worker(folder, plan, i, die), 'exit');
  const board = new Board(folder, plan, 0);
  await workOn(board, async () => expect.unreachable(), options());
  expect(board.record('0')).toMatchObject({ state: 'failed', error: { code: 'E_TASK_DIED' } });
});

const dist = (name: string): string =>
  JSON.stringify(new URL(`../../dist/tasks/${name}`, import.meta.url).href);

/** A process that does tasks. */
function worker(folder: string, plan: Plan, index: number, action: string): ChildProcess {
  const program = `
    import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { isRunning } from ${JSON.stringify(import.meta.resolve('@radweave/native/processes'))};
    import { Board } from ${dist('board.js')};
    import { workOff } from ${dist('work-off.js')};
    process.chdir(${JSON.stringify(folder)});
    const board = new Board('.', ${JSON.stringify(plan)}, ${index});
    const perform = async ({ name, after }) => { ${action} };
    await workOff([{ board, perform, index: ${index} }], { pause: 20, signal: new AbortController().signal });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Writes its output from those of the tasks before, and what must not be into `wrong`. */
const ACTION = `
  const wrong = (what) => appendFileSync('wrong', what + ' ' + name + '\\n');
  if (board.record(name)?.state === 'done') wrong('done before');
  const inside = 'inside-' + name + '-';
  writeFileSync(inside + process.pid, '');
  const others = readdirSync('.').filter((one) => one.startsWith(inside)).map((one) => Number(one.slice(inside.length)));
  // One that was killed and that nobody has waited for yet is inside no more.
  if (others.some((pid) => pid !== process.pid && isRunning(pid))) wrong('two at once');
  const read = after.map((one) => readFileSync('out-' + one, 'utf8'));
  await sleep(Math.random() * 20);
  writeFileSync('out-' + name, '(' + name + read.join('') + ')');
  await sleep(Math.random() * 20);
  rmSync(inside + process.pid);`;

test('workers that are killed at random moments do each task, never two at once, none again that was done', async () => {
  const [workers, tasks, kills] = [4, 40, 12];
  const folder = tempDir();
  const after = (i: number): number[] => (i >= 6 ? [i - 6, i - 5] : []);
  const plan = planOf(folder, tasks, after);
  const random = new Random(24, 'kills');
  const running = Array.from({ length: workers }, (_, i) => worker(folder, plan, i, ACTION));
  for (let kill = 0; kill < kills; kill++) {
    await sleep(50 + random.uniform() * 200);
    const i = Math.floor(random.uniform() * workers);
    running[i]?.kill('SIGKILL');
    running[i] = worker(folder, plan, i, ACTION);
  }
  const codes = await Promise.all(
    running.map(async (child) => child.exitCode ?? ((await once(child, 'exit'))[0] as number)),
  );
  expect(codes).toEqual(codes.map(() => 0));
  expect(existsSync(join(folder, 'wrong'))).toBe(false);
  const right: string[] = [];
  for (let i = 0; i < tasks; i++) {
    right.push(
      `(${i}${after(i)
        .map((one) => right[one])
        .join('')})`,
    );
    expect(readFileSync(join(folder, `out-${i}`), 'utf8')).toBe(right[i]);
    expect(new Board(folder, plan, 0).record(String(i))?.state).toBe('done');
  }
});
