import { existsSync, readFileSync } from 'node:fs';
import type { Native } from './raw.ts';
import type { NativeCuda } from './raw-cuda.ts';

export interface GpuFacts {
  name: string;
  /** Compute capability, such as [9, 0]. */
  capability: readonly [major: number, minor: number];
  bytes: number;
  multiprocessors: number;
  /** The newest CUDA that the driver knows, and the one that libtorch brings, as CUDA numbers versions: 13000 is 13.0. */
  driver: number;
  runtime: number;
}

export function gpuFacts(cuda: Pick<NativeCuda, 'properties'>, device: string): GpuFacts {
  const [name, major, minor, bytes, multiprocessors, driver, runtime] = cuda.properties(device);
  return { name, capability: [major, minor], bytes, multiprocessors, driver, runtime };
}

/** What versions and reports say of a GPU. */
export type GpuWords = Record<'gpu' | 'compute_capability' | 'gpu_memory' | 'gpu_driver' | 'cuda', string>;

/** @param kernelModule what NVIDIA's driver says of itself, where the system lets it. */
export function describedGpu(facts: GpuFacts, kernelModule: string = nvidiaModule()): GpuWords {
  const { name, capability, bytes, driver, runtime } = facts;
  const release = / (\d+\.\d[\d.]*) /.exec(kernelModule)?.[1];
  const newest = `CUDA ${cudaVersion(driver)}`;
  return {
    gpu: name,
    compute_capability: capability.join('.'),
    gpu_memory: `${(bytes / 2 ** 30).toFixed(1)} GiB`,
    gpu_driver: release === undefined ? newest : `${release} (${newest})`,
    cuda: cudaVersion(runtime),
  };
}

/** What NVIDIA's driver says of itself; empty where there is none. */
export function nvidiaModule(path = '/proc/driver/nvidia/version'): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function cudaVersion(number: number): string {
  return `${Math.floor(number / 1000)}.${Math.floor((number % 1000) / 10)}`;
}

/** A build of PyTorch for CUDA: the release of NVIDIA's driver that it needs, and the compute capabilities it is compiled for. */
export interface CudaBuild {
  index: string;
  driver: number;
  oldest: number;
  newest: number;
}

/** The builds of 2.8 and newer, the newest first (pytorch/test-infra, tools/pkg-helpers; NVIDIA's release notes of CUDA). */
export const CUDA_BUILDS: readonly CudaBuild[] = [
  { index: 'cu130', driver: 580, oldest: 7.5, newest: 12.9 },
  { index: 'cu128', driver: 525, oldest: 7.0, newest: 12.9 },
  { index: 'cu126', driver: 525, oldest: 5.0, newest: 9.9 },
];

/** Compute capabilities that a CUDA build has kernels for, from what it says of its compilation. */
export function compiledCapabilities(buildInfo: string): string[] {
  const found = [...buildInfo.matchAll(/code=sm_(\d+)(\d)[a-z]?\b/g)].map(
    ([, major, minor]) => `${major}.${minor}`,
  );
  return [...new Set(found)];
}

/**
 * Why nothing can be computed on a device, as a sentence with its remedy; null where it can. A number is computed there: that
 * alone shows whether libtorch has kernels for the card.
 */
export function deviceFault(
  engine: Pick<Native, 'tryDevice' | 'buildInfo' | 'version'>,
  device: string,
  facts: GpuFacts | null,
): string | null {
  const said = engine.tryDevice(device);
  if (said === null) return null;
  const card =
    facts === null ? device : `${device} (${facts.name}, compute capability ${facts.capability.join('.')})`;
  if (!/no kernel image is available/i.test(said)) {
    return `${card} cannot compute: ${said.split('\n', 1)[0]}. Use --device cpu, or check the card with nvidia-smi`;
  }
  const compiled = compiledCapabilities(engine.buildInfo());
  const list = compiled.length === 0 ? '' : `, only for compute capability ${compiled.join(', ')}`;
  return `libtorch ${engine.version()} has no kernels for ${card}${list}. ${libtorchFor(facts)}, or use --device cpu`;
}

function libtorchFor(facts: GpuFacts | null): string {
  const capability = facts === null ? null : Number(facts.capability.join('.'));
  const wheel = CUDA_BUILDS.find(
    ({ oldest, newest }) => capability !== null && oldest <= capability && capability <= newest,
  );
  if (wheel !== undefined) {
    return `Take one that has: python3 -m pip install torch --index-url https://download.pytorch.org/whl/${wheel.index}, then radweave setup`;
  }
  return 'Take one whose CUDA build names this capability (RADWEAVE_LIBTORCH), then run radweave setup';
}
