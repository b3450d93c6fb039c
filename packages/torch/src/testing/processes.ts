import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { freePort } from '@radweave/testkit';

/** The built package: worker threads and child processes of Node 20 cannot load TypeScript. */
const ENGINE: string = new URL('../../dist/index.js', import.meta.url).href;

const IMPORT = `import { parentPort, workerData } from 'node:worker_threads';\nimport * as torch from '${ENGINE}';\n`;

/** A worker thread that runs a module's source, in which `torch`, `parentPort` and `workerData` are there. */
export function engineWorker(source: string, workerData?: unknown): Worker {
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(IMPORT + source)}`), { workerData });
}

/** Runs such a source in a process of its own; `undefined` takes a variable out of its environment. */
export function engineProcess(
  source: string,
  env: Readonly<Record<string, string | undefined>> = {},
): {
  status: number | null;
  signal: string | null;
  stderr: string;
  stdout: string;
} {
  const done = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', IMPORT + source], {
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, ...env },
  });
  return { status: done.status, signal: done.signal, stderr: done.stderr, stdout: done.stdout };
}

/** Processes that run one source together. */
export interface Ranks {
  processes: ChildProcess[];
  /** What each printed, and how it ended. */
  ends: Promise<{ status: number | null; stdout: string; stderr: string }[]>;
}

/** Starts a source as ranks of a `ProcessGroup`; `rank`, `size` and `meeting(timeoutSeconds)` are in it. */
export async function engineRanks(source: string, size = 2): Promise<Ranks> {
  const port = await freePort();
  const processes = Array.from({ length: size }, (_, rank) => {
    const here = `const rank = ${rank}, size = ${size};
      const meeting = (timeoutSeconds) => ({ address: '127.0.0.1', port: ${port}, rank, size, timeoutSeconds });`;
    const args = ['--input-type=module', '-e', `${IMPORT}${here}\ntorch.setNumThreads(1);\n${source}`];
    return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  });
  const ends = Promise.all(
    processes.map(async (one) => {
      const [[status], stdout, stderr] = await Promise.all([
        once(one, 'close'),
        text(one.stdout),
        text(one.stderr),
      ]);
      return { status, stdout, stderr };
    }),
  );
  return { processes, ends };
}
