// Fuzzes the readers in processes of their own, and keeps each input that one of them did not stand.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { inputOf } from './execute.mjs';
import { TARGETS } from './targets.mjs';

const CHILD = join(import.meta.dirname, 'child.mjs');
/** An execution that takes so long hangs, or the machine has other things to do: it gets ten times as long alone. */
const HANGS_MS = 30_000;
/** After so long a process ends, and the next goes on. */
const PROCESS_S = 300;

/**
 * @param only names of targets; all when empty.
 * @param from index of the first input of each; those before it were run before.
 * @param executions the most of each target; without it, as many as there is time for.
 * @param findings folder for inputs that are not stood; null keeps none.
 * @returns executions by target, and what was wrong.
 */
export async function fuzz({ seconds, only = [], seed, from = 0, executions, findings = null, say }) {
  const names = only.length > 0 ? only : Object.keys(TARGETS);
  const most = executions === undefined ? undefined : from + executions;
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'radweave-fuzz-'));
  let next = Object.fromEntries(names.map((name) => [name, from]));
  const faults = [];
  const end = Date.now() + 1000 * seconds;
  try {
    for (;;) {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left <= 0 || names.every((name) => next[name] === most)) break;
      const job = { names, seed, next, most, seconds: Math.min(left, PROCESS_S), folder };
      const { wrong, next: reached } = await inChild(job);
      next = reached;
      const innocent = names.filter((name) => areInnocent(name, seed, suspects(wrong, name), folder));
      for (const { name, index, what } of wrong) {
        if (what === 'memory' && innocent.includes(name)) continue;
        const bytes = inputOf(name, seed, index);
        const told = ['memory', 'hangs'].includes(what) ? alone(name, bytes, folder) : what;
        if (told === null) continue;
        const file =
          findings === null ? null : kept(findings, `${name.replaceAll(' ', '-')}-${seed}-${index}`, bytes);
        faults.push({ name, index, what: told, file });
        say(`${name}, input ${index} of seed ${seed}${file === null ? '' : ` (${file})`}: ${told}`);
      }
      say(`seed ${seed} up to: ${names.map((name) => `${name} ${next[name]}`).join(', ')}`);
    }
    return { executions: Object.fromEntries(names.map((name) => [name, next[name] - from])), faults };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until it is done, or until an execution ends or stops it. */
async function inChild(job) {
  for (const name of ['now', 'done']) rmSync(join(job.folder, name), { force: true });
  const child = spawn(process.execPath, [CHILD, JSON.stringify(job)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  let seen = '';
  let since = Date.now();
  while (child.exitCode === null && child.signalCode === null) {
    await setTimeout(200);
    const now = noted(job.folder);
    if (now !== seen) [seen, since] = [now, Date.now()];
    else if (Date.now() - since > HANGS_MS) child.kill('SIGKILL');
  }
  if (existsSync(join(job.folder, 'done'))) return JSON.parse(readFileSync(join(job.folder, 'done'), 'utf8'));
  if (noted(job.folder) === '') throw new Error(`the fuzzer did not start: ${said}`);
  const [[name, index], next] = noted(job.folder)
    .split('\n')
    .map((line) => JSON.parse(line));
  const what =
    child.signalCode === 'SIGKILL'
      ? 'hangs'
      : `ends the process (${child.signalCode ?? child.exitCode}): ${said}`;
  return { wrong: [{ name, index, what }], next: { ...next, [name]: index + 1 } };
}

function noted(folder) {
  const path = join(folder, 'now');
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

const suspects = (wrong, name) =>
  wrong.filter((one) => one.name === name && one.what === 'memory').map(({ index }) => index);

/** Whether inputs that may have filled the memory did not, in one process together: one alone takes a second to begin. */
function areInnocent(name, seed, indices, folder) {
  return indices.length > 0 && inProcess({ name, seed, indices, folder }).answer === true;
}

/** What is wrong with an input in a process of its own; null where nothing is. */
export function alone(name, bytes, folder) {
  const file = join(folder, 'alone');
  writeFileSync(file, bytes);
  const { answer, said } = inProcess({ name, file, folder });
  return answer === undefined ? `ends the process ${said}` : answer;
}

/** The answer to a job of a process of its own; undefined, and what it said, where it ended badly. */
function inProcess(job) {
  const args = ['--expose-gc', CHILD, JSON.stringify(job)];
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 10 * HANGS_MS,
  });
  if (status === 0) return { answer: JSON.parse(stdout) };
  return { answer: undefined, said: `(${signal ?? status}): ${stderr.slice(-500)}` };
}

function kept(folder, name, bytes) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}
