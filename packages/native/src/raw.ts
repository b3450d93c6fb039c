/**
 * The addon's functions under their raw names. A tensor is an integer handle; handles of disposed tensors, of
 * other threads and made-up ones are errors. Only `@radweave/torch` should use this.
 */

/** A native tensor: an integer that only this JS environment can use. */
export type Handle = number;

/** A tensor on its way from one addon to another. */
export type HandedTensor = object;

/** Result of an operator: handles and plain values are told apart by the operator's schema. */
export type RawResult = number | bigint | boolean | string | null | RawResult[];

/** Arguments as the addon takes them; `undefined` means the schema's default. */
export type RawArg = number | bigint | boolean | string | null | undefined | readonly RawArg[];

/** What `lookup` tells of an operator: id, one kind character per argument, argument names, result count. */
export type RawOperator = [id: number, kinds: string, names: string[], results: number];

/**
 * An operator that ran while a profile was under way. Times are microseconds since its start; `sequence` is what a
 * forward operator and its backward function have in common, `call` what a GPU's profile calls it.
 */
export type RawRecord = [
  name: string,
  start: number,
  end: number,
  sequence: number,
  isBackward: boolean,
  thread: number,
  call: number,
];

export interface Native {
  /** Before the first tensor; the first call of the process decides whether our kernels replace libtorch's. */
  installKernels(replacesLibtorch: boolean): void;

  lookup(name: string, overload: string): RawOperator;
  call(id: number, ...args: RawArg[]): RawResult;
  run(id: number, ...args: RawArg[]): void;
  schema(name: string, overload: string): string | null;

  shape(tensor: Handle): number[];
  strides(tensor: Handle): number[];
  dtype(tensor: Handle): number;
  device(tensor: Handle): string;
  numel(tensor: Handle): number;
  isContiguous(tensor: Handle, memoryFormat: number): boolean;
  dispose(tensors: readonly Handle[]): void;
  /** The tensor itself, for another addon of this process: an object that JavaScript can only pass on. */
  handOut(tensor: Handle): HandedTensor;
  takeIn(tensor: HandedTensor): Handle;
  track(tensor: Handle): void;
  fromBytes(data: ArrayBufferView, shape: readonly number[], dtype: number): Handle;
  copyTo(tensor: Handle, into: ArrayBufferView): void;
  bytes(tensor: Handle): ArrayBuffer;
  memory(): [tensors: number, trackedBytes: number];
  /** Bytes of blocks from 1 MB on. */
  allocator(): [live: number, cached: number, largestLive: number];
  emptyCache(): void;

  requiresGrad(tensor: Handle): boolean;
  setRequiresGrad(tensor: Handle, value: boolean): void;
  isLeaf(tensor: Handle): boolean;
  grad(tensor: Handle): Handle | null;
  setGrad(tensor: Handle, grad: Handle | null): void;
  backward(outputs: readonly Handle[]): void;
  gradOf(
    outputs: readonly Handle[],
    inputs: readonly Handle[],
    gradients: readonly (Handle | null)[] | null,
    allowUnused: boolean,
  ): (Handle | null)[];
  pushGradMode(enabled: boolean): void;
  pushInferenceMode(): void;
  pushAutocast(device: string, enabled: boolean, dtype: number): void;
  pushWinograd(): void;
  popMode(): void;
  gradEnabled(): boolean;

  profileStart(): void;
  /** Microseconds since `profileStart`. */
  profileNow(): number;
  profileStop(): RawRecord[];

  manualSeed(seed: number | bigint): void;
  rngState(device: string): Handle;
  setRngState(device: string, state: Handle): void;
  numThreads(): number;
  setNumThreads(threads: number): void;
  cudaDevices(): number;
  hasMps(): boolean;
  /** Null, or what libtorch says when it is to compute one number on that device. */
  tryDevice(device: string): string | null;
  setDeterministic(on: boolean): void;
  setTf32(on: boolean): void;
  hasWinograd(): boolean;
  version(): string;
  buildInfo(): string;
}

/** The small addon, not linked to libtorch: prepares the process before libtorch is mapped, and inflates. */
export interface Boot {
  /** Null, or why that library cannot be loaded; a global one provides its symbols to those after it. */
  preload(path: string, isGlobal: boolean): string | null;
  setEnv(name: string, value: string): void;
  /** Whether the system has libdeflate. */
  canInflate(): boolean;
  /** Inflates a zlib stream by libdeflate: how many bytes of `out` were written, or -1 when it is damaged or does not fit. */
  inflate(stream: Uint8Array, out: Uint8Array): number;
}
