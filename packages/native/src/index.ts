/// <reference types="node" preserve="true" />
/**
 * libtorch for Node.js: raw handles and the set-up that builds the addon.
 *
 * This package knows nothing of tensors' meaning; `@radweave/torch` gives them a friendly face.
 */
export { describedGpu, deviceFault, type GpuFacts, type GpuWords, gpuFacts } from './gpu.ts';
export { gpuMaker, native, nativeCuda, nativeDistributed } from './load.ts';
export type { HandedTensor, Handle, Native, RawArg, RawOperator, RawRecord, RawResult } from './raw.ts';
export type { EventHandle, GraphHandle, NativeCuda } from './raw-cuda.ts';
export type { GradientsHandle, GroupHandle, NativeDistributed } from './raw-distributed.ts';
export { nativeCache } from './setup/cache.ts';
export { cpuFlags, cpuIdentity, hasNativeBf16, openBlasCore } from './setup/cpu.ts';
export { defaultThreads, usesOwnKernels } from './setup/variables.ts';
