import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Config, InterruptedError, ResourceError, UsageError } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { heardOf } from '@radweave/network/training/rank-errors';
import { Ranks } from '@radweave/network/training/ranks';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import {
  cudaDeviceCount,
  DistributedError,
  defaultThreads,
  hasGpuGroups,
  hasProcessGroups,
  ProcessGroup,
  resolveDevice,
  setNumThreads,
} from '@radweave/torch';
import { deviceAt, requireDevices, requireOneKind } from './ranks-device.ts';
import type { Place } from './ranks-place.ts';

/** Several processes for one training. */
export interface Together {
  /** This process's place; or how many there are to be on this machine, of which this one is the first. */
  processes: Place | number;
  /** How long one waits for the others. */
  timeoutSeconds: number;
}

/**
 * Takes this process's place among the others.
 *
 * @throws ResourceError where libtorch has no process groups; DistributedError.
 */
export function joined(place: Place, timeoutSeconds: number): Ranks {
  if (!hasProcessGroups()) {
    throw new ResourceError(
      'E_RANKS_DEVICE',
      'with this libtorch, processes cannot train together (it has no c10d)',
      {
        hint: 'The libtorch builds for Linux can; elsewhere train in one process',
      },
    );
  }
  shareCores(place);
  return new Ranks(new ProcessGroup({ ...place, timeoutSeconds }), place.localRank);
}

/**
 * Takes this process's device, as all others do.
 *
 * @throws UsageError for a device on which they cannot train together, ResourceError where libtorch cannot; DistributedError.
 */
export async function takeDevice(ranks: Ranks, training: Config['training']): Promise<void> {
  const device = await ranks.eachDoes(() => {
    const own = resolveDevice(deviceAt(training.device, ranks, cudaDeviceCount()));
    if (own !== 'cpu') requireGpuGroups(training);
    return own;
  });
  requireOneKind(ranks.allSay(device));
  ranks.computeOn(device);
}

function requireGpuGroups({ auto_batch_size }: Config['training']): void {
  if (auto_batch_size) {
    throw new UsageError(
      'E_RANKS_DEVICE',
      '--auto_batch_size tries batches on one GPU, and several are to share them',
      { hint: 'Leave out --auto_batch_size' },
    );
  }
  if (hasGpuGroups()) return;
  throw new ResourceError(
    'E_RANKS_DEVICE',
    'with this libtorch, processes cannot train together on GPUs (set-up found no NCCL)',
    {
      hint:
        "NVIDIA's GPUs can with the torch (2.8 or newer) that pip installs or radweave setup fetches: run radweave setup for it. " +
        'Else use --device cpu, or one process; folds and modalities can be trained side by side, one on each GPU',
    },
  );
}

/** Divides the cores of a machine among its processes, unless the user has. */
function shareCores({ onThisMachine }: Place): void {
  const asked = process.env.RADWEAVE_THREADS || process.env.OMP_NUM_THREADS;
  if (onThisMachine !== undefined && !asked) {
    const threads = Math.max(1, Math.floor(defaultThreads() / onThisMachine));
    process.env.RADWEAVE_THREADS = String(threads);
    setNumThreads(threads);
  }
}

/** The other processes of this machine, as far as this one has started them. */
export class Others {
  private readonly processes: ChildProcess[] = [];
  private readonly said: string[] = [];
  private readonly faults: unknown[] = [];

  /**
   * Starts the others of `size` processes on a training with these options, and says which place is this one's.
   *
   * @throws UsageError where this machine has not a device for each.
   */
  async start(size: number, device: string, timeoutSeconds: number, options: object): Promise<Place> {
    requireDevices(device, size, cudaDeviceCount());
    const port = await freePort();
    const placeOf = (rank: number): Place => ({
      rank,
      size,
      onThisMachine: size,
      localRank: rank,
      address: '127.0.0.1',
      port,
    });
    for (let rank = 1; rank < size; rank++) {
      const other = fork(new URL('./rank-process.js', import.meta.url), {
        serialization: 'advanced',
        execArgv: [],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      other.stderr?.on('data', (text: Buffer) => this.said.push(`process ${rank}: ${errorIn(String(text))}`));
      other.on('message', (told) => {
        if (told !== READY) this.faults.push(faultIn(String(told), rank));
      });
      const together: Together = { processes: placeOf(rank), timeoutSeconds };
      other.send({ ...options, together });
      this.processes.push(other);
    }
    await Promise.all(this.processes.map((one) => this.ready(one)));
    return placeOf(0);
  }

  /** Returns when a process has begun. @throws DistributedError at once where it cannot. */
  private async ready(one: ChildProcess): Promise<void> {
    const ended = await Promise.race([once(one, 'message').then(() => null), once(one, 'close')]);
    if (ended === null) return;
    throw new DistributedError(`another process of this training ended with ${ended[0]}`);
  }

  /** Waits until they have ended, or ends them. */
  async end(isDone: boolean): Promise<void> {
    await Promise.all(
      this.processes.map(async (one) => {
        if (one.exitCode !== null || one.signalCode !== null) return;
        const ended = once(one, 'close');
        const late = setTimeout(() => one.kill('SIGKILL'), isDone ? 60_000 : 2000);
        await ended;
        clearTimeout(late);
      }),
    );
  }

  /** What this process's error means, after the others have ended: where it misses one that has failed, that one's error matters. */
  explain(error: unknown, run: RunFolder): unknown {
    const [fault] = this.faults;
    return error instanceof DistributedError && fault !== undefined
      ? fault
      : explainLost(error, run, this.said);
  }
}

/** What a process says first that has begun. */
export const READY = 'ready';

function faultIn(told: string, rank: number): unknown {
  const made = heardOf(JSON.parse(told), rank);
  return 'error' in made ? made.error : undefined;
}

const NOT_BEGUN =
  'Nothing was trained yet: start all processes again. Where the machines cannot reach each other by the addresses of their names, ' +
  'set GLOO_SOCKET_IFNAME to the network interface between them';

/**
 * What a lost process means for the run.
 *
 * @param run null before the first process has told of it.
 */
export function explainLost(error: unknown, run: RunFolder | null, said: readonly string[] = []): unknown {
  if (!(error instanceof DistributedError)) return error;
  const begun = run?.exists() === true ? run : null;
  const kept = begun === null ? NOT_BEGUN : 'When resumed, the run starts from the beginning';
  const hasLast = begun !== null && existsSync(begun.last);
  const hint = hasLast ? 'The last checkpoint is kept: resume the run, with any number of processes' : kept;
  const details = { code: 'E_RANK_LOST', run: begun?.name, cause: error } as const;
  return new InterruptedError([error.message, ...said].join('; '), hint, details);
}

/** The line of an error among what a process wrote. */
function errorIn(text: string): string {
  const lines = text.trim().split('\n');
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '';
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('a server has no port');
  return address.port;
}
