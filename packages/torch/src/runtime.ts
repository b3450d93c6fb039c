import { native, nativeCache, nativeCuda } from '@radweave/native';

export {
  cpuFlags,
  cpuIdentity,
  defaultThreads,
  describedGpu,
  type GpuFacts,
  hasNativeBf16,
  usesOwnKernels,
} from '@radweave/native';

/** Threads used by tensor work in this JS environment. */
export function getNumThreads(): number {
  return native().numThreads();
}

export function setNumThreads(threads: number): void {
  native().setNumThreads(threads);
}

/** libtorch's version, such as `2.4.1`. */
export function libtorchVersion(): string {
  return native().version();
}

/** Whether this libtorch computes networks in float16 on a CPU, and scales their losses: from 2.3 on. */
export function hasFloat16(): boolean {
  const [major = 0, minor = 0] = libtorchVersion().split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 3);
}

/** Which CPU kernels ATen chose (`AVX2`, `AVX512`, …): random numbers and last digits depend on it. */
export function cpuCapability(): string {
  return /CPU capability usage: (\S+)/.exec(native().buildInfo())?.[1] ?? 'unknown';
}

/** Number of usable CUDA devices; 0 where libtorch has no CUDA or the machine no GPU. */
export function cudaDeviceCount(): number {
  return native().cudaDevices();
}

/**
 * Whether every operator must give the same bits each time, cuDNN's and cuBLAS's too; one that cannot fails instead. To be
 * called before a GPU is first used.
 */
export function useDeterministicAlgorithms(on: boolean): void {
  native().setDeterministic(on);
}

/** Whether a GPU may shorten the factors of float32 convolutions and matrix products to 10 bits (TF32). Off at first. */
export function allowTf32(on: boolean): void {
  native().setTf32(on);
}

/** Live tensors and the bytes the garbage collector was told of, in this JS environment. */
export function memoryStats(): { tensors: number; trackedBytes: number } {
  const [tensors, trackedBytes] = native().memory();
  return { tensors, trackedBytes };
}

/** Memory of large tensors (from 1 MB on) on the CPU, in bytes. */
export interface AllocatorStats {
  live: number;
  /** Of disposed tensors, kept for the next ones. */
  cached: number;
  /** The most that was live since the start or the last `emptyCache`. */
  largestLive: number;
}

export function allocatorStats(): AllocatorStats {
  const [live, cached, largestLive] = native().allocator();
  return { live, cached, largestLive };
}

/** Returns the memory of disposed tensors to the system. They are kept for what comes next otherwise, which is faster. */
export function emptyCache(): void {
  native().emptyCache();
  nativeCuda()?.emptyCache();
}

/**
 * Whether 3×3 convolutions of stride 1 can be computed in float32 with Winograd's algorithm, about twice as fast: on
 * Linux and an x86 CPU with AVX2, unless {@link usesOwnKernels} says no.
 */
export function hasWinograd(): boolean {
  return native().hasWinograd();
}

/** The folder of the user's cache that holds what was built or measured for this machine. */
export function engineCache(): string {
  return nativeCache();
}
