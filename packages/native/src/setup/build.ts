import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepLeftovers, temporaryName } from '../temporary.ts';
import { PACKAGE_ROOT } from './cache.ts';
import { SetupError } from './errors.ts';
import type { Libtorch } from './libtorch.ts';
import { onPath, run } from './run.ts';
import { fillFolder, writing } from './whole.ts';

/** The two shared objects that every build has. */
export const ADDONS = ['boot.node', 'radweave.node'] as const;

/** The one more that a build with CUDA has. */
export const CUDA_ADDON = 'radweave_cuda.node';

/** The one more of a libtorch whose processes can train together. */
export const DISTRIBUTED_ADDON = 'radweave_distributed.node';

/** What an addon finds libtorch by (CMakeLists.txt): a link beside it. Windows has nothing like it; src/load.ts sets its PATH. */
const LINK = 'libtorch';

/** The shared objects of a build for this libtorch. */
function addonsFor({ cudaInclude, distributed }: Extras): readonly string[] {
  return [
    ...ADDONS,
    ...(distributed ? [DISTRIBUTED_ADDON] : []),
    ...(cudaInclude === null ? [] : [CUDA_ADDON]),
  ];
}

/** What decides which addons there are. */
type Extras = Pick<Libtorch, 'cudaInclude' | 'distributed'>;

interface NodeApiHeaders {
  include_dir: string;
  def_paths: { js_native_api_def: string; node_api_def: string };
}

/** CMake wants forward slashes, on Windows too; a semicolon separates a list. */
function list(paths: readonly string[]): string {
  return paths.map((path) => path.replaceAll('\\', '/')).join(';');
}

/** The definitions that CMakeLists.txt reads. */
export function cmakeDefinitions(libtorch: Libtorch): string[] {
  const headers: NodeApiHeaders = createRequire(import.meta.url)('node-api-headers');
  const definitions: Record<string, string> = {
    CMAKE_BUILD_TYPE: 'Release',
    CMAKE_CXX_STANDARD: String(libtorch.cxxStandard),
    RADWEAVE_NODE_INCLUDE: list([headers.include_dir]),
    RADWEAVE_NODE_DEFS: list([headers.def_paths.js_native_api_def, headers.def_paths.node_api_def]),
    RADWEAVE_TORCH_INCLUDE: list(libtorch.includeDirs),
    RADWEAVE_TORCH_LIB_DIRS: list(libtorch.libDirs),
  };
  if (libtorch.distributed) definitions.RADWEAVE_DISTRIBUTED = 'ON';
  if (libtorch.cudaInclude !== null) definitions.RADWEAVE_CUDA_INCLUDE = list([libtorch.cudaInclude]);
  if (libtorch.ncclInclude !== null) definitions.RADWEAVE_NCCL_INCLUDE = list([libtorch.ncclInclude]);
  if (libtorch.cxx11Abi !== null) definitions.RADWEAVE_CXX11_ABI = libtorch.cxx11Abi ? '1' : '0';
  return Object.entries(definitions).map(([name, value]) => `-D${name}=${value}`);
}

function cmake(args: readonly string[], doing: 'configured' | 'compiled'): void {
  const done = run('cmake', args, { shown: doing === 'compiled' });
  if (!done.ok) throw new SetupError(`The engine could not be ${doing}:\n${done.tail}`);
}

/**
 * Configures and compiles in `work`; what is made lies in its folder `out` then.
 *
 * @throws SetupError with the end of what CMake or the compiler printed.
 */
export function runCmake(
  libtorch: Libtorch,
  work: string,
  { definitions = [], target }: { definitions?: readonly string[]; target?: string } = {},
): void {
  const generator = onPath('ninja') && process.platform !== 'win32' ? ['-G', 'Ninja'] : [];
  const all = [...cmakeDefinitions(libtorch), ...definitions];
  cmake(['-S', PACKAGE_ROOT, '-B', work, ...generator, ...all], 'configured');
  const wanted = target === undefined ? [] : ['--target', target];
  const parallel = ['--parallel', String(availableParallelism())];
  cmake(['--build', work, '--config', 'Release', ...parallel, ...wanted], 'compiled');
}

/**
 * Compiles the addons and puts them in `target`, complete or not at all; a set-up that runs at the same time
 * may put them there first, with the same content.
 *
 * @throws SetupError with the end of what the compiler printed.
 */
export function buildAddons(libtorch: Libtorch, target: string): void {
  sweepLeftovers(tmpdir());
  const work = temporaryName(join(tmpdir(), 'radweave-build'), 'tmp');
  const compile = (): void => {
    mkdirSync(work, { mode: 0o700 });
    runCmake(libtorch, work);
  };
  try {
    writing(tmpdir(), compile, `set ${process.platform === 'win32' ? 'TEMP' : 'TMPDIR'} to another folder`);
    installAddons(join(work, 'out'), addonsFor(libtorch), target, libtorch);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Puts addons from a folder, and the link to their libtorch, in `target`, complete or not at all. */
export function installAddons(
  from: string,
  names: readonly string[],
  target: string,
  libtorch: Libtorch,
): void {
  const fill = (staged: string): void => {
    for (const name of names) cpSync(join(from, name), join(staged, name));
    if (process.platform !== 'win32') symlinkSync(libtorch.libDirs[0] ?? '', join(staged, LINK));
  };
  fillFolder(target, fill, () => isComplete(target, libtorch));
}

/** Whether a folder holds a whole build for a libtorch. */
export function isComplete(folder: string, libtorch: Extras): boolean {
  return existsSync(folder) && addonsFor(libtorch).every((name) => readdirSync(folder).includes(name));
}
