// Lets many workers do many small tasks, half of them on made-up computers of their own, and kills them at random moments.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writePlan } from '../../packages/artifacts/dist/index.js';
import { Board } from '../../packages/pipeline/dist/tasks/board.js';
import { apart, HOUR_AHEAD } from './machines.mjs';
import { randomOf } from './random.mjs';

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));

/** A task at which five have died is given up. */
const MOST_DEATHS = 5;

/** `inside-TASK-` of `inside-TASK-WORKER`: who died there has left such a file too. */
const taskIn = (name) => name.slice(0, name.lastIndexOf('-') + 1);

/** Each task needs two of those before it. */
const afterOf = (i) => (i >= 100 ? [i - 100, i - 99] : []);

function planOf(folder, count) {
  const needs = { device: 'cpu', passes: 0, minutes: null, memory_mb: null };
  const tasks = Array.from({ length: count }, (_, i) => {
    const common = { stage: 'none', modality: '', part: null, inputs: [], outputs: [], needs };
    return { ...common, name: String(i), after: afterOf(i).map(String) };
  });
  const how = { bestHparamsDir: '', explain: true, crossFit: null };
  const plan = { format: 1, id: 'one', folder, radweave: '0', how, tasks };
  writePlan(join(folder, 'tasks.json'), plan);
  return plan;
}

class Crew {
  started = 0;

  constructor(folder) {
    this.folder = folder;
    mkdirSync(join(folder, 'dead'));
  }

  /** Every second worker is on a computer of its own, whose clock is wrong. */
  start() {
    const serial = this.started++;
    const [program, ...args] = [process.execPath, WORKER, this.folder, String(serial)];
    const isElsewhere = serial % 2 === 1;
    const [command, all] = isElsewhere ? apart(`computer-${serial}`, [program, ...args]) : [program, args];
    const env = isElsewhere ? { ...process.env, NODE_OPTIONS: HOUR_AHEAD } : process.env;
    const child = spawn(command, all, { env, stdio: ['pipe', 'ignore', 'inherit'] });
    return { serial, child, end: once(child, 'exit') };
  }

  /** Those at a task, killed where they leave half of it. None is killed at a task that then would be given up. */
  victims(running) {
    const inside = readdirSync(this.folder).filter((name) => name.startsWith('inside-'));
    return running.filter(({ serial }) => {
      const own = inside.find((name) => name.endsWith(`-${serial}`));
      return own !== undefined && inside.filter((name) => name.startsWith(taskIn(own))).length < MOST_DEATHS;
    });
  }

  async kill({ serial, child, end }) {
    // Who takes its task over at once must know that it is dead.
    writeFileSync(join(this.folder, 'dead', String(serial)), '');
    child.kill('SIGKILL');
    await end;
  }
}

/** What is wrong of the tasks, a line each. */
function wrongOf(folder, plan) {
  const told = join(folder, 'wrong');
  const lines = existsSync(told) ? readFileSync(told, 'utf8').trimEnd().split('\n') : [];
  const board = new Board(folder, plan, 0);
  const right = [];
  for (const { name, after } of plan.tasks) {
    const { state, error } = board.record(name) ?? {};
    if (state !== 'done') lines.push(`task ${name} is ${state ?? 'not begun'} ${error?.text ?? ''}`);
    // As long as those of all tasks before it together it would fill the disk.
    right.push(after.reduce((sum, one) => (31 * sum + right[one]) % 1_000_003, Number(name) + 1));
    const path = join(folder, `out-${name}`);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : 'nothing';
    if (text !== String(right.at(-1))) lines.push(`task ${name} left ${text}`);
  }
  return lines;
}

/** @returns what was wrong, a line each. */
export async function workers({ workers: many, tasks, kills, seed, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'radweave-workers-'));
  const [plan, crew, random] = [planOf(folder, tasks), new Crew(folder), randomOf(seed)];
  const running = Array.from({ length: many }, () => crew.start());
  const begin = performance.now();
  let hit = 0;
  try {
    while (hit < kills && running.some(({ child }) => child.exitCode === null)) {
      await sleep(100 * random());
      const victims = crew.victims(running);
      const one = victims[Math.floor(random() * victims.length)];
      if (one === undefined) continue;
      await crew.kill(one);
      running[running.indexOf(one)] = crew.start();
      hit++;
    }
    const lines = [];
    for (const { serial, end } of running) {
      const [code, signal] = await end;
      if (code !== 0) lines.push(`worker ${serial} ended with ${code ?? signal}`);
    }
    lines.push(...wrongOf(folder, plan));
    const seconds = Math.round((performance.now() - begin) / 1000);
    say(`${many} workers, ${tasks} tasks, ${hit} killed: all ended after ${seconds} s`);
    for (const line of lines) say(`    ${line}`);
    return lines;
  } finally {
    for (const { child } of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
