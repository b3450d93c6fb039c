// Runs a program and watches it: wall time, peak memory of its process tree, and the JSON line it ends with.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const MEGABYTE = 2 ** 20;
const INTERVAL_MS = 200;

/**
 * @param argv program and arguments
 * @returns `{ seconds, peakMb, json, stderr }`; `peakMb` is null where /proc is missing, `json` null without such a line.
 * @throws Error with the end of standard error when the program fails.
 */
export async function measured(argv, { env = {}, cwd } = {}) {
  const [command, ...args] = argv;
  const start = performance.now();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      text[name] += chunk;
    });
  }
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, treeBytes(child.pid));
  }, INTERVAL_MS);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => clearInterval(timer));
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}:\n${text.stderr.slice(-3000)}`);
  return {
    seconds,
    peakMb: peak === 0 ? null : peak / MEGABYTE,
    json: lastJson(text.stdout),
    stderr: text.stderr,
  };
}

function lastJson(text) {
  const line = text.trim().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? JSON.parse(line) : null;
}

/**
 * Memory of a process and its descendants. Proportional set size: a page that several processes share counts once in all,
 * so that forked data loader workers are not charged for what they only inherit.
 */
function treeBytes(root) {
  const parents = processParents();
  const isBelow = (pid) => {
    for (let at = pid; at !== undefined; at = parents.get(at)) if (at === root) return true;
    return false;
  };
  let bytes = 0;
  for (const pid of parents.keys()) if (isBelow(pid)) bytes += proportionalBytes(pid);
  return bytes;
}

function processParents() {
  const parents = new Map();
  for (const name of processFolders()) {
    try {
      // The name, in parentheses, may hold spaces; the parent is the second field after it.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  return parents;
}

function processFolders() {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function proportionalBytes(pid) {
  try {
    const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return Number(match?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
