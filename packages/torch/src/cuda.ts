import { type GpuFacts, type GraphHandle, gpuFacts, type NativeCuda, nativeCuda } from '@radweave/native';

/** What was recorded: the same work again in one call, on the memory it was recorded with. */
export interface RecordedGraph {
  replay(): void;
  /** Waits for what is under way and frees its memory. */
  dispose(): void;
}

export interface RecordingDevice {
  /**
   * Runs `body` once without computing anything: what it launches becomes the graph. Its tensors hold nothing before the first
   * replay; what must outlive `body` belongs into tensors made before.
   *
   * @throws what `body` throws, which CUDA does for work that cannot be recorded; nothing has been computed then.
   */
  record(body: () => void): RecordedGraph;
}

export interface CudaMemory {
  /** In live tensors, and the most that was. */
  allocated: number;
  largestAllocated: number;
  /** Held by this process, and the most that was. */
  reserved: number;
  largestReserved: number;
  /** Free for anybody, and all there is. */
  free: number;
  total: number;
}

/** One CUDA device, as far as it needs more than operators. All of it concerns the calling thread. */
export class CudaDevice implements RecordingDevice {
  readonly name: string;
  private readonly engine: NativeCuda;

  constructor(name: string, engine: NativeCuda) {
    this.name = name;
    this.engine = engine;
  }

  /** Sends this thread's work to a stream of its own, as recording needs, until {@link useDefaultStream}. */
  useOwnStream(): void {
    this.engine.useStream(this.name, true);
  }

  useDefaultStream(): void {
    this.engine.useStream(this.name, false);
  }

  /** Waits until all that was launched is done. */
  synchronize(): void {
    this.engine.synchronize(this.name);
  }

  record(body: () => void): RecordedGraph {
    this.synchronize();
    // A graph keeps memory of its own; what eager steps used would be held twice.
    this.engine.emptyCache();
    const handle = this.engine.captureBegin(this.name);
    try {
      body();
      this.engine.captureEnd(handle);
    } catch (error) {
      this.engine.captureAbort(handle);
      throw error;
    }
    return new CudaGraph(this.engine, handle);
  }

  /** Milliseconds the device takes for what `body` launches. */
  timed(body: () => void): number {
    const first = this.engine.recordEvent(this.name);
    body();
    const second = this.engine.recordEvent(this.name);
    const took = this.engine.elapsed(first, second);
    this.engine.disposeEvent(first);
    this.engine.disposeEvent(second);
    return took;
  }

  memory(): CudaMemory {
    const [allocated, largestAllocated, reserved, largestReserved, free, total] = this.engine.memory(
      this.name,
    );
    return { allocated, largestAllocated, reserved, largestReserved, free, total };
  }

  resetPeak(): void {
    this.engine.resetPeak(this.name);
  }

  /** Gives memory of disposed tensors back to the device. */
  emptyCache(): void {
    this.engine.emptyCache();
  }

  get properties(): GpuFacts {
    return gpuFacts(this.engine, this.name);
  }

  /** Begins to measure what each operator of this thread takes here. */
  startProfile(): void {
    this.engine.profileStart(this.name);
  }

  /** Microseconds on the device of each call since, by its number in the engine's own profile. */
  stopProfile(): Map<number, number> {
    const flat = this.engine.profileStop();
    const times = new Map<number, number>();
    for (let i = 0; i < flat.length; i += 2) times.set(flat[i] ?? 0, 1000 * (flat[i + 1] ?? 0));
    return times;
  }
}

class CudaGraph implements RecordedGraph {
  private readonly engine: NativeCuda;
  private readonly handle: GraphHandle;

  constructor(engine: NativeCuda, handle: GraphHandle) {
    this.engine = engine;
    this.handle = handle;
  }

  replay(): void {
    this.engine.replay(this.handle);
  }

  dispose(): void {
    this.engine.disposeGraph(this.handle);
  }
}

/** The device of that name; null for the CPU, and where set-up could not build what this needs (it says so). */
export function cudaDevice(name: string): CudaDevice | null {
  const engine = name.startsWith('cuda') ? nativeCuda() : null;
  return engine === null ? null : new CudaDevice(name, engine);
}
