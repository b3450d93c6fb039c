import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/**
 * Runs a program in a process group of its own, with everything it prints in a log. When `stop` is aborted the whole group
 * is ended.
 *
 * @returns its exit code (null after a signal), signal, seconds, output, and the last line of it that is JSON.
 * @throws when it was stopped.
 */
export async function runWithin(argv, { log, env, cwd, stop, onStart = () => undefined }) {
  stop.throwIfAborted();
  const file = openSync(log, 'w');
  const start = performance.now();
  const [command, ...args] = argv;
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', file, file], detached: true });
  closeSync(file);
  const end = () => endGroup(child.pid);
  stop.addEventListener('abort', end);
  try {
    const [code, signal] = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (...how) => resolve(how));
      onStart(child);
    });
    stop.throwIfAborted();
    const output = readFileSync(log, 'utf8');
    return { code, signal, seconds: (performance.now() - start) / 1000, output, json: lastJson(output) };
  } finally {
    stop.removeEventListener('abort', end);
    // What the program itself started and left.
    end();
  }
}

/** Ends every process of a group that is still there. */
export function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Every line of output that is JSON. */
export function jsonLines(output) {
  return output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}

function lastJson(output) {
  return jsonLines(output).at(-1);
}

/** The line that tells what went wrong, for a result. */
export function complaint({ code, signal, output }) {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((text) => /error|bug|refus|cannot|unknown/i.test(text)) ?? lines.at(-1) ?? '';
  return `${signal ?? `exit ${code}`}: ${line.slice(0, 300)}`;
}
