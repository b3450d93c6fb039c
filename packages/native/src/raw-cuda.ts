/** A recorded graph: an integer that only this JS environment can use. */
export type GraphHandle = number;

/** A mark in a device's work. */
export type EventHandle = number;

/**
 * The functions of the addon for CUDA under their raw names. Devices are named `cuda:N`. Everything is of the calling thread:
 * what it launches goes to its own current stream.
 */
export interface NativeCuda {
  /** From here on what this thread launches is recorded and not run; its stream must be its own (see `useStream`). */
  captureBegin(device: string): GraphHandle;
  captureEnd(graph: GraphHandle): void;
  /** Ends a recording that failed and frees it; the device's random numbers go on as if it had never begun. */
  captureAbort(graph: GraphHandle): void;
  replay(graph: GraphHandle): void;
  disposeGraph(graph: GraphHandle): void;

  /** A stream of its own for this thread, or the default one again. */
  useStream(device: string, own: boolean): void;
  /** Waits for all that this thread has launched. */
  synchronize(device: string): void;
  recordEvent(device: string): EventHandle;
  /** Milliseconds between two marks; waits for the second. */
  elapsed(first: EventHandle, second: EventHandle): number;
  disposeEvent(event: EventHandle): void;

  /** Measures what every operator of this thread takes on the device, beside the engine's own profile. */
  profileStart(device: string): void;
  /** call, milliseconds, call, milliseconds … */
  profileStop(): number[];

  properties(
    device: string,
  ): [
    name: string,
    major: number,
    minor: number,
    bytes: number,
    multiprocessors: number,
    driver: number,
    runtime: number,
  ];
  /** Bytes. The largest ones are since the start or the last `resetPeak`. */
  memory(
    device: string,
  ): [
    allocated: number,
    largestAllocated: number,
    reserved: number,
    largestReserved: number,
    free: number,
    total: number,
  ];
  resetPeak(device: string): void;
  emptyCache(): void;

  /**
   * The group's tensors of GPUs go from GPU to GPU from now on, by NCCL; each process has a device of its own. Waits for all.
   * Missing where set-up found no header of NCCL.
   *
   * @param group as `handOutGroup` gives it.
   */
  joinGpus?(group: object, device: string, timeoutMilliseconds: number): void;
}
