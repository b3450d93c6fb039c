import { createRequire } from 'node:module';
import { delimiter } from 'node:path';
import type { Boot, Native } from './raw.ts';
import type { NativeCuda } from './raw-cuda.ts';
import type { NativeDistributed } from './raw-distributed.ts';
import { cpuFlags, openBlasCore } from './setup/cpu.ts';
import { NativeNotBuiltError } from './setup/errors.ts';
import { type Gpu, gpuLibrary } from './setup/libtorch.ts';
import { readNativeRecord } from './setup/record.ts';
import { defaultThreads, usesOwnKernels } from './setup/variables.ts';

/**
 * How long a thread that waits for the others spins before it sleeps. GNU OpenMP's default, milliseconds, costs half the speed
 * or more when another program uses one of a few cores, since waiting threads take the time of working ones. With many
 * threads waking them costs more than that.
 */
const SPINS = '3000';
const FEW_THREADS = 16;

let loaded: Native | undefined;

/**
 * The engine of this JS environment; libtorch is mapped at the first call, never at import.
 *
 * The process is prepared first, so that users need no environment variables: OpenBLAS is the build that shares OpenMP's
 * threads and knows this CPU, and libtorch uses every core this process may use (`RADWEAVE_THREADS` or `OMP_NUM_THREADS`
 * lower it).
 *
 * @throws NativeNotBuiltError when `radweave setup` has not been run for this libtorch.
 */
export function native(): Native {
  if (loaded === undefined) loaded = load();
  return loaded;
}

let loadedCuda: NativeCuda | null | undefined;

/**
 * What needs CUDA's own interface: graphs, streams, memory. Null where there is no CUDA device, or set-up found no headers to
 * build it with; everything works without it, only slower.
 */
export function nativeCuda(): NativeCuda | null {
  if (loadedCuda === undefined) {
    const { cudaAddon } = readNativeRecord();
    const isThere = cudaAddon !== null && native().cudaDevices() > 0;
    loadedCuda = isThere ? loadAddon<NativeCuda>(cudaAddon) : null;
  }
  return loadedCuda ?? null;
}

let loadedDistributed: NativeDistributed | undefined;

/** What lets several processes train one network; null where libtorch has no c10d. */
export function nativeDistributed(): NativeDistributed | null {
  const { distributedAddon } = readNativeRecord();
  if (distributedAddon === null) return null;
  // First libtorch is mapped, as the engine prepares the process for it.
  native();
  loadedDistributed ??= loadAddon<NativeDistributed>(distributedAddon);
  return loadedDistributed;
}

/** Whose GPUs this libtorch computes on; null for the CPU's alone. */
export function gpuMaker(): Gpu | null {
  return readNativeRecord().libtorch.gpu;
}

function load(): Native {
  const record = readNativeRecord();
  const replacesLibtorch = usesOwnKernels();
  // Windows has no rpath: libtorch's own folder must be searched for its DLLs.
  if (process.platform === 'win32') {
    process.env.PATH = [...record.libtorch.libDirs, process.env.PATH ?? ''].join(delimiter);
  }
  const boot = loadAddon<Boot>(record.boot);
  if (record.blas.kind === 'openblas-pthread') boot.setEnv('OPENBLAS_NUM_THREADS', '1');
  if (defaultThreads() <= FEW_THREADS && !process.env.OMP_WAIT_POLICY) boot.setEnv('GOMP_SPINCOUNT', SPINS);
  const core = openBlasCore();
  if (record.blas.kind.startsWith('openblas') && core !== undefined) boot.setEnv('OPENBLAS_CORETYPE', core);
  // libtorch 1.x takes AVX2 kernels by default: older CPUs slow down with AVX-512, those with bf16 do not.
  if (cpuFlags()?.includes('avx512_bf16')) boot.setEnv('ATEN_CPU_CAPABILITY', 'avx512');
  for (const library of record.blas.preload) preload(boot, library, true);
  // The engine is linked to the CPU's libraries alone: a GPU's registers its kernels by being there.
  const gpu = gpuLibrary(record.libtorch, process.platform);
  if (gpu !== null) preload(boot, gpu, false);
  const addon = loadAddon<Native>(record.addon);
  addon.installKernels(replacesLibtorch);
  addon.setNumThreads(defaultThreads());
  return addon;
}

function preload(boot: Boot, library: string, isGlobal: boolean): void {
  const problem = boot.preload(library, isGlobal);
  if (problem !== null) throw new NativeNotBuiltError(`${library} cannot be loaded (${problem})`);
}

/** @throws NativeNotBuiltError when the system's linker refuses, as after a library was upgraded or removed. */
function loadAddon<T>(path: string): T {
  try {
    return createRequire(import.meta.url)(path);
  } catch (error) {
    throw new NativeNotBuiltError(
      `${path} cannot be loaded (${error instanceof Error ? error.message : error})`,
    );
  }
}
