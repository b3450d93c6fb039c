import { native, nativeCache } from '@radweave/native';

export { cpuFlags, defaultThreads } from '@radweave/native';

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

/** Which CPU kernels ATen chose (`AVX2`, `AVX512`, …): random numbers and last digits depend on it. */
export function cpuCapability(): string {
  return /CPU capability usage: (\S+)/.exec(native().buildInfo())?.[1] ?? 'unknown';
}

/** Number of usable CUDA devices; 0 where libtorch has no CUDA or the machine no GPU. */
export function cudaDeviceCount(): number {
  return native().cudaDevices();
}

/** Whether operators without a deterministic implementation must fail instead. */
export function useDeterministicAlgorithms(on: boolean): void {
  native().setDeterministic(on);
}

/** Live tensors and the bytes the garbage collector was told of, in this JS environment. */
export function memoryStats(): { tensors: number; trackedBytes: number } {
  const [tensors, trackedBytes] = native().memory();
  return { tensors, trackedBytes };
}

/** The folder of the user's cache that holds what was built or measured for this machine. */
export function engineCache(): string {
  return nativeCache();
}
