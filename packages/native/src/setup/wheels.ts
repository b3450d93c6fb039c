import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from './cache.ts';

/** `process.platform` and `process.arch`, as platforms are named here. */
export const THIS_MACHINE: string = `${process.platform}-${process.arch}`;

/** Which devices a fetched libtorch is for. */
export type Engine = 'cpu' | 'cuda';

/** A wheel on PyPI, as pip names it. */
export interface Wheel {
  file: string;
  bytes: number;
  sha256: string;
}

/** Parts of file names by which the wheels of a platform are known. */
const PLATFORMS: Readonly<Record<string, RegExp>> = {
  'linux-x64': /manylinux.*x86_64/,
  'linux-arm64': /manylinux.*aarch64/,
  'darwin-arm64': /macosx.*arm64/,
  'win32-x64': /win_amd64/,
};

/** The platforms that PyPI has a torch for. */
export const PLATFORM_NAMES: readonly string[] = Object.keys(PLATFORMS);

/** libtorch_cpu of the wheel for CUDA is linked to these two and to nothing else of CUDA's. */
const NEEDED_ON_CPU = /^(torch|nvidia_cuda_runtime|nvidia_cuda_cupti)-/;

/** Everything pinned, from wheels.txt. */
export function pinnedWheels(): Wheel[] {
  const lines = readFileSync(join(PACKAGE_ROOT, 'wheels.txt'), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [sha256 = '', bytes = '', file = ''] = line.split(' ');
      return { file, bytes: Number(bytes), sha256 };
    });
}

/**
 * The wheels of a libtorch for a machine; none where PyPI has none.
 *
 * @param platform of the machine, such as `linux-x64`.
 */
export function wheelsFor(platform: string, engine: Engine): Wheel[] {
  const all = pinnedWheels().filter(({ file }) => isFor(file, platform));
  if (engine === 'cpu') return all.filter(({ file }) => NEEDED_ON_CPU.test(file));
  // CUDA is only in Linux's; Windows's wheels with CUDA are not on PyPI.
  return platform.startsWith('linux') ? all : [];
}

/** Whether a wheel's libraries are for a machine. */
export function isFor(file: string, platform: string): boolean {
  return PLATFORMS[platform]?.test(file) ?? false;
}

/** Name and version of a wheel as pip takes them, by its file's name. */
export function requirementOf({ file, sha256 }: Wheel): string {
  const [name = '', version = ''] = file.split('-');
  return `${name.replaceAll('_', '-')}==${version} --hash=sha256:${sha256}`;
}

/** A wheel's tags of platforms: the end of its file's name. */
export function platformTags({ file }: Pick<Wheel, 'file'>): string[] {
  return (
    file
      .replace(/\.whl$/, '')
      .split('-')
      .at(-1) ?? ''
  ).split('.');
}

/**
 * Whether the engine needs a file of a wheel: libraries and headers, without Python's part, and without CUDA's where it is for the
 * CPU alone.
 */
export function isWanted(name: string, engine: Engine): boolean {
  if (/^torch-[^/]+\.dist-info\/(RECORD|METADATA|licenses\/.*|LICENSE|NOTICE)$/.test(name)) return true;
  if (name === 'torch/version.py' || name.startsWith('torch/include/')) return true;
  if (/python|libshm/.test(name)) return false;
  const isGpus = /cuda|nvshmem|nvrtc|libtorch\.so$/.test(name);
  if (name.startsWith('torch/lib/')) return engine === 'cuda' || !isGpus;
  if (engine === 'cuda') return /^nvidia\/.*\/(lib|bin|include)\//.test(name);
  return /^nvidia\/.*\/lib\/lib(cudart|cupti)\.so/.test(name);
}
