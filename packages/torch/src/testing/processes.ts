import { spawnSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';

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
