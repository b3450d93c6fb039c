import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onStopSignal } from '../stage/stop-signals.ts';

const BIN = fileURLToPath(new URL('../../bin/radweave.mjs', import.meta.url));

/** How a worker process ended; null where a signal killed it. */
export interface WorkerEnd {
  readonly index: number;
  readonly code: number | null;
}

/**
 * Starts one worker process for each device, passes on requests to stop, and waits for all. The machine's threads are divided
 * among them, unless `RADWEAVE_THREADS` says how many each has.
 *
 * @param args Flags of each worker besides its index and device.
 * @param devices Null leaves a worker the device of the plan.
 * @param first Index of the first.
 */
export async function runWorkers(
  args: readonly string[],
  devices: readonly (string | null)[],
  first: number,
): Promise<WorkerEnd[]> {
  const threads = String(Math.max(1, Math.floor(availableParallelism() / devices.length)));
  const env = { RADWEAVE_THREADS: threads, ...process.env };
  const workers = devices.map((device, i) => {
    const own = device === null ? [] : ['--device', device];
    const index = first + i;
    const all = [BIN, 'work', ...args, ...own, '--index', String(index)];
    // Not of the terminal's group, which gets every Ctrl-C itself: it would stop twice, at once.
    const child = spawn(process.execPath, all, { detached: true, env, stdio: ['ignore', 'ignore', 'pipe'] });
    return { index, child, end: endOf(child, index) };
  });
  const release = onStopSignal((signal) => {
    for (const { child } of workers) child.kill(signal);
  });
  try {
    return await Promise.all(workers.map(({ end }) => end));
  } finally {
    release();
  }
}

/** Tells what a worker says, and its end. */
async function endOf(child: ChildProcess, index: number): Promise<WorkerEnd> {
  if (child.stderr !== null) {
    createInterface(child.stderr).on('line', (line) => {
      // Whoever started the workers goes on by the command that started them, which is told once.
      if (!line.startsWith('To continue: ')) process.stderr.write(`[worker ${index}] ${line}\n`);
    });
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal !== null) {
    process.stderr.write(`Worker ${index} was ended by ${signal}; others take over its task.\n`);
  }
  return { index, code };
}
