import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The kind of machine files are looked for on. */
export interface Host {
  platform: NodeJS.Platform;
  arch: string;
}

/** A maker's interface to GPUs: NVIDIA's, AMD's. libtorch calls both devices `cuda`. */
export type Gpu = 'cuda' | 'rocm';

const GPU_LIBRARIES: Readonly<Record<Gpu, string>> = { cuda: 'torch_cuda', rocm: 'torch_hip' };

/** A libtorch with headers and libraries, ready to compile and link against. */
export interface Libtorch {
  source: 'RADWEAVE_LIBTORCH' | '--libtorch' | 'python' | 'fetched' | 'system';
  root: string;
  version: string;
  includeDirs: string[];
  libDirs: string[];
  /** Which makers' GPUs it computes on, by its libraries; null for the CPU's alone (and Apple's, which need no library). */
  gpu: Gpu | null;
  /** Where CUDA's headers are, for a libtorch with CUDA; null where there are none: no CUDA graphs then. */
  cudaInclude: string | null;
  /** Where the header of the NCCL that it was built with is; null where there is none: GPUs cannot train together then. */
  ncclInclude: string | null;
  /** Whether several processes can train one network with it: it has c10d, with gloo, in its packages for Linux. */
  distributed: boolean;
  /** `_GLIBCXX_USE_CXX11_ABI` it was built with; null where that does not exist. */
  cxx11Abi: boolean | null;
  /** C++ standard its headers ask for, at least 17. */
  cxxStandard: number;
  /** Changes when the library file is replaced. */
  stamp: string;
}

const OLDEST = [1, 13] as const;

const REDUCER = 'torch/csrc/distributed/c10d/reducer.hpp';

/** File name of a shared library, or of its import library where the linker needs one. */
function libraryFile(name: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return `${name}.lib`;
  return `lib${name}.${platform === 'darwin' ? 'dylib' : 'so'}`;
}

/** Debian's name of an architecture's library folder. */
export function debianTriplet(arch: string): string {
  return `${arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
}

function firstText(paths: readonly string[]): string {
  for (const path of paths) if (existsSync(path)) return readFileSync(path, 'utf8');
  return '';
}

/** From pip's version.py, the zip's build-version, else the headers. */
function readVersion(root: string, include: string): string | undefined {
  const python = firstText([join(root, 'version.py')]).match(/__version__ = '([^']+)'/)?.[1];
  if (python !== undefined) return python;
  const zip = firstText([join(root, 'build-version')]).trim();
  if (zip !== '') return zip;
  const header = firstText([
    join(include, 'torch/headeronly/version.h'),
    join(include, 'torch/csrc/api/include/torch/version.h'),
  ]);
  return header.match(/#define TORCH_VERSION\s*\\?\s*"([^"]+)"/)?.[1];
}

/** Which std::string libc10 was built with, from its mangled names; pip wheels before 2.6 have the old one. */
function readCxx11Abi(c10: string, platform: NodeJS.Platform): boolean | null {
  if (platform !== 'linux') return null;
  const symbols = readFileSync(c10, 'latin1');
  if (/_ZNK?3c10\w*NSt7__cxx1112basic_string/.test(symbols)) return true;
  return /_ZNK?3c10\w*RKSs/.test(symbols) ? false : null;
}

function isOlder(version: string, than: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < than[0] || (major === than[0] && minor < than[1]);
}

/** Identity of a file that changes when it is replaced. */
export function fileStamp(path: string): string {
  const { size, mtimeMs } = statSync(path);
  return `${size}-${Math.trunc(mtimeMs)}`;
}

/** Whether two stamps are of one file: layers of containers and SquashFS keep times in whole seconds. */
export function isSameStamp(one: string, other: string): boolean {
  const [a, b] = [one, other].map((stamp) => {
    const [size, time] = stamp.split(/-(.*)/);
    return `${size} ${Math.floor(Number(time) / 1000)}`;
  });
  return a === b;
}

/** The library file whose replacement makes a build stale. */
export function mainLibrary(libDir: string, platform: NodeJS.Platform): string {
  return join(libDir, platform === 'win32' ? 'torch_cpu.dll' : libraryFile('torch_cpu', platform));
}

/**
 * The libtorch in the text of `/proc/self/maps` that is another file than the one expected, as LD_LIBRARY_PATH comes before what
 * the engine names; undefined where there is none, or the platform does not tell.
 */
export function otherLibtorch(maps: string, expected: string): string | undefined {
  const mapped = maps.match(/\/(?:.*\/)?libtorch_cpu\.so[^/\n]*$/gm) ?? [];
  const identity = (path: string): string => {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev} ${ino}`;
  };
  return mapped.find((path) => !existsSync(path) || identity(path) !== identity(expected));
}

/** The library that registers a GPU's kernels when it is loaded; null where there is none. */
export function gpuLibrary(
  { gpu, libDirs }: Pick<Libtorch, 'gpu' | 'libDirs'>,
  platform: NodeJS.Platform,
): string | null {
  if (gpu === null) return null;
  const name = GPU_LIBRARIES[gpu];
  return join(libDirs[0] ?? '', platform === 'win32' ? `${name}.dll` : libraryFile(name, platform));
}

function gpuOf(libDir: string, platform: NodeJS.Platform): Gpu | null {
  const has = (gpu: Gpu): boolean => existsSync(join(libDir, libraryFile(GPU_LIBRARIES[gpu], platform)));
  return has('cuda') ? 'cuda' : has('rocm') ? 'rocm' : null;
}

/**
 * CUDA's headers: the toolkit's, where CUDA_HOME or CUDA_PATH says, where its compiler is or in its usual places, else those that
 * pip has put beside its torch.
 */
function cudaHeaders(root: string, env: NodeJS.ProcessEnv = process.env): string | null {
  const compiler = (env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'nvcc'))
    .find((path) => existsSync(path));
  const toolkits = [
    ...[env.CUDA_HOME ?? '', env.CUDA_PATH ?? ''].filter((place) => place !== ''),
    ...(compiler === undefined ? [] : [join(realpathSync(compiler), '..', '..')]),
    ...foldersIn('/usr/local', /^cuda(-\d|$)/),
    '/usr',
    ...foldersIn(join(root, '..', 'nvidia'), /^cu\d+$/),
  ];
  const places = toolkits.flatMap((place) => [
    join(place, 'include'),
    join(place, 'targets', 'x86_64-linux', 'include'),
  ]);
  const isWhole = (place: string): boolean =>
    ['cuda_runtime_api.h', 'crt/host_config.h'].every((header) => existsSync(join(place, header)));
  return places.find(isWhole) ?? null;
}

/** The first libtorch whose NCCL backend has all that is asked of it. */
const OLDEST_NCCL = [2, 8] as const;

/** That which pip has put beside its torch: the layout of libtorch's classes depends on it, so that no other will do. */
function ncclHeader(root: string, version: string): string | null {
  const place = join(root, '..', 'nvidia', 'nccl', 'include');
  return existsSync(join(place, 'nccl.h')) && !isOlder(version, OLDEST_NCCL) ? place : null;
}

function foldersIn(parent: string, names: RegExp): string[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => names.test(name))
    .sort()
    .map((name) => join(parent, name));
}

/** The folder of the libraries below a root; undefined where it has none. */
export function libraryFolder(root: string, host: Host): string | undefined {
  const core = libraryFile('torch_cpu', host.platform);
  const places = [join(root, 'lib', debianTriplet(host.arch)), join(root, 'lib64'), join(root, 'lib')];
  return places.find((folder) => existsSync(join(folder, core)));
}

/**
 * Looks at a folder laid out like the official zip, a pip-installed torch, or a system prefix.
 *
 * @returns the libtorch, or what is missing for it to be one.
 */
export function inspectLibtorch(
  root: string,
  source: Libtorch['source'],
  host: Host,
): { libtorch: Libtorch } | { missing: string[] } {
  const include = join(root, 'include');
  const libDir = libraryFolder(root, host);
  const missing: string[] = [];
  for (const header of ['ATen/ATen.h', 'c10/core/Device.h', 'torch/csrc/api/include/torch/version.h']) {
    if (!existsSync(join(include, header))) missing.push(join('include', header));
  }
  for (const name of ['torch_cpu', 'c10']) {
    const file = libraryFile(name, host.platform);
    if (!existsSync(join(libDir ?? join(root, 'lib'), file))) missing.push(join('lib', file));
  }
  if (libDir === undefined || missing.length > 0) return { missing };

  const version = readVersion(root, include);
  if (version === undefined) return { missing: ['version.py, build-version or version.h with the version'] };
  if (isOlder(version, OLDEST))
    return { missing: [`version ${OLDEST.join('.')} or newer (it is ${version})`] };
  const asked = readFileSync(join(include, 'ATen/ATen.h'), 'utf8').match(/C\+\+(\d\d) or later/)?.[1];
  const stamp = mainLibrary(libDir, host.platform);
  const gpu = gpuOf(libDir, host.platform);
  const hasCuda = gpu === 'cuda' && host.platform === 'linux';
  return {
    libtorch: {
      source,
      root,
      version,
      includeDirs: [include, join(include, 'torch/csrc/api/include')],
      libDirs: [libDir],
      gpu,
      cudaInclude: hasCuda ? cudaHeaders(root) : null,
      ncclInclude: hasCuda ? ncclHeader(root, version) : null,
      distributed: host.platform === 'linux' && existsSync(join(include, REDUCER)),
      cxx11Abi: readCxx11Abi(join(libDir, libraryFile('c10', host.platform)), host.platform),
      cxxStandard: Math.max(17, Number(asked ?? 0)),
      stamp: existsSync(stamp) ? fileStamp(stamp) : '',
    },
  };
}
