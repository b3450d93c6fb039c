import {
  type HandedTensor,
  type NativeDistributed,
  native,
  nativeCuda,
  nativeDistributed,
} from '@radweave/native';
import { fromTypedArray, zeros } from './create.ts';
import type { Parameter } from './nn/parameter.ts';
import { tidy } from './scope.ts';
import { fromHandle, type Tensor } from './tensor.ts';

/** Processes that cannot work together: this libtorch has no c10d, or one of them did not come or is gone. */
export class DistributedError extends Error {
  override readonly name = 'DistributedError';
}

/** Where the processes meet, and which of them this one is. */
export interface Meeting {
  /** Name or address of the machine of rank 0. */
  address: string;
  /** A port that is free there. */
  port: number;
  /** 0 … size − 1. */
  rank: number;
  size: number;
  /** How long any call waits for the other processes. */
  timeoutSeconds: number;
  /** Network interface to the others, such as `eth0`; otherwise the one of this host's name. */
  interface?: string | undefined;
}

/** This machine's own, on which no other can be reached. */
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/**
 * Processes that compute together, by libtorch's c10d: tensors of the CPU by gloo, those of GPUs by NCCL. Each method returns when all
 * processes have called it, in the same order, with tensors of the same shape and type; what it asks of a GPU may not be computed yet then.
 *
 * @throws DistributedError from each method when a process does not come within the timeout, or is gone.
 */
export class ProcessGroup {
  readonly rank: number;
  readonly size: number;
  private readonly timeoutSeconds: number;
  private readonly addon: NativeDistributed;
  private readonly group: number;

  /** Waits for all others. */
  constructor(meeting: Meeting) {
    const { address, port, rank, size, timeoutSeconds } = meeting;
    this.rank = rank;
    this.size = size;
    this.timeoutSeconds = timeoutSeconds;
    this.addon = loadAddon();
    const named = meeting.interface ?? '';
    const own = named === '' && LOOPBACK.includes(address) ? '127.0.0.1' : named;
    try {
      const milliseconds = timeoutSeconds * 1000;
      this.group = this.addon.openGroup(address, port, rank, size, milliseconds, own, named !== '');
    } catch (error) {
      throw unmet(error, meeting);
    }
  }

  /**
   * From now on tensors of GPUs go between the processes too. Waits for all others.
   *
   * @param device this process's own, such as `cuda:1`.
   * @throws DistributedError where this libtorch has no NCCL, or NCCL refuses.
   */
  joinGpus(device: string): void {
    const join = nativeCuda()?.joinGpus;
    if (join === undefined)
      throw new DistributedError('this libtorch has no NCCL that GPUs can train by, or no GPU is here');
    try {
      join(this.addon.handOutGroup(this.group), device, this.timeoutSeconds * 1000);
    } catch (error) {
      this.addon.leaveGroup(this.group);
      throw told(error, `the GPUs that train together did not meet (${device} is this process's)`);
    }
  }

  /** All tensors become rank 0's, in place. */
  broadcast(tensors: readonly Tensor[]): void {
    this.asking(() => this.addon.broadcast(this.group, tensors.map(handOut)));
  }

  /** A tensor becomes the sum of all processes', in place. */
  allReduce(tensor: Tensor): void {
    this.asking(() => this.addon.allReduce(this.group, handOut(tensor)));
  }

  /** The sums of numbers, one by one. */
  sum(values: ArrayLike<number>): number[] {
    return tidy(() => {
      const all = fromTypedArray(Float64Array.from(values), [values.length]);
      this.allReduce(all);
      return Array.from(all.toTypedArray(), Number);
    });
  }

  /** Returns when all have come here. */
  barrier(): void {
    this.sum([0]);
  }

  /** The sum of all processes' tensors, a new one; the gradient of each process is the sum of all gradients. */
  sumOfAll(tensor: Tensor): Tensor {
    return this.asking(() => fromHandle(native().takeIn(this.addon.sumOfAll(this.group, handOut(tensor)))));
  }

  /** The bytes of every process, by rank; each may give another count. */
  allGather(bytes: Uint8Array): Uint8Array[] {
    const lengths = this.sum(
      Array.from({ length: this.size }, (_, rank) => (rank === this.rank ? bytes.length : 0)),
    );
    const longest = Math.max(...lengths);
    if (longest === 0) return lengths.map(() => new Uint8Array());
    return tidy(() => {
      const padded = new Uint8Array(longest);
      padded.set(bytes);
      const into = lengths.map(() => zeros([longest], { dtype: 'uint8' }));
      const own = handOut(fromTypedArray(padded, [longest]));
      this.asking(() => this.addon.allGather(this.group, own, into.map(handOut)));
      return into.map((tensor, rank) =>
        Uint8Array.from(tensor.toTypedArray(), Number).slice(0, lengths[rank]),
      );
    });
  }

  /**
   * What makes gradients those of all processes.
   *
   * @param parameters those that learn, each of which takes part in every backward pass; the same in all processes.
   */
  gradients(parameters: readonly Parameter[]): DistributedGradients {
    const { addon } = this;
    const handle = this.asking(() => addon.openGradients(this.group, parameters.map(handOut)));
    return new DistributedGradients(addon, handle, (ask) => this.asking(ask));
  }

  /** Ends this process's part; the others' next call fails. */
  close(): void {
    this.addon.leaveGroup(this.group);
    this.addon.closeGroup(this.group);
  }

  private asking<T>(ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      const explained = lost(error, this.timeoutSeconds);
      // A GPU would go on waiting for the lost one, and whoever waits for the GPU too.
      if (explained instanceof DistributedError) this.addon.leaveGroup(this.group);
      throw explained;
    }
  }
}

/**
 * Makes the gradients of a backward pass the mean of all processes': libtorch's own Reducer sends them in buckets of up to 25 MB
 * while backward still computes others. In several passes whose gradients add up, only the last needs it.
 */
export class DistributedGradients {
  private readonly addon: NativeDistributed;
  private readonly handle: number;
  private readonly asking: <T>(ask: () => T) => T;

  /** @param asking explains what becomes of a pass without a process. */
  constructor(addon: NativeDistributed, handle: number, asking: <T>(ask: () => T) => T) {
    this.addon = addon;
    this.handle = handle;
    this.asking = asking;
  }

  /**
   * Runs `body`, with one backward pass in it, after which the gradients are the mean of all processes'.
   *
   * @throws DistributedError when a process does not come to its pass within the timeout, or is gone.
   */
  reduce<T>(body: () => T): T {
    return this.asking(() => {
      this.addon.prepareBackward(this.handle);
      return body();
    });
  }

  /** Backward passes are each process's own again. */
  close(): void {
    this.addon.closeGradients(this.handle);
  }
}

function handOut(tensor: Tensor): HandedTensor {
  return native().handOut(tensor.handle);
}

/** Whether this libtorch has NCCL, by which the processes' GPUs reach each other, and a GPU is here. */
export function hasGpuGroups(): boolean {
  return nativeCuda()?.joinGpus !== undefined;
}

/** Whether this libtorch has process groups: those for Linux do. */
export function hasProcessGroups(): boolean {
  return nativeDistributed() !== null;
}

function loadAddon(): NativeDistributed {
  const addon = nativeDistributed();
  if (addon !== null) return addon;
  throw new DistributedError('this libtorch has no process groups (c10d), as those for Linux have');
}

/** What c10d, gloo and NCCL say of processes that are gone or do not answer. */
const LOST = /gloo|nccl|c10d|socket|store|connect(ion)? |timed? ?out/i;

function lost(error: unknown, timeoutSeconds: number): unknown {
  return told(
    error,
    `another process of this training is gone, or did not answer within ${timeoutSeconds} s`,
  );
}

function unmet(error: unknown, { address, port, timeoutSeconds }: Meeting): unknown {
  const isTaken = error instanceof Error && /address already in use/i.test(error.message);
  return told(
    error,
    isTaken
      ? `the processes cannot meet at port ${port} of this machine, which another program uses`
      : `the processes that train together did not meet at ${address}:${port} within ${timeoutSeconds} s`,
  );
}

function told(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error instanceof DistributedError || !LOST.test(error.message))
    return error;
  const detail = error.message.split('\n')[0]?.slice(0, 200);
  return new DistributedError(`${what} (${detail})`, { cause: error });
}
