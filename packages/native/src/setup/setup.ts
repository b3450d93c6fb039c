import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall } from './apt.ts';
import { chooseBlas, describeBlas } from './blas.ts';
import { ADDONS, CUDA_ADDON, DISTRIBUTED_ADDON, isComplete } from './build.ts';
import { buildKey, cacheDir, nativeCache, sourceHash } from './cache.ts';
import { ConsentNeeded, NativeNotBuiltError, SetupError } from './errors.ts';
import { downloadWheels, fetchLibtorch, megabytes, takeLibtorch, totalBytes } from './fetch.ts';
import { libtorchRoot } from './find.ts';
import { hostFacts, whyNever } from './host.ts';
import type { Gpu, Libtorch } from './libtorch.ts';
import { lookAround, type Wish } from './machine.ts';
import { type Named, namedLibtorch, rememberLibtorch } from './named.ts';
import { type PackageClient, packageClient } from './package-client.ts';
import { PINNED_TORCH } from './pinned.ts';
import { planSetup } from './plan.ts';
import { provideEngine, type Way } from './provide.ts';
import { asRecorded, type NativeRecord, readNativeRecord, recordPath } from './record.ts';
import { askEngine, type EngineReport } from './verify.ts';
import { type Engine, THIS_MACHINE, wheelsFor } from './wheels.ts';
import { makeFolder, writeWhole, writing } from './whole.ts';

export interface SetupResult {
  record: NativeRecord;
  engine: EngineReport;
  way: Way;
  /** Seconds the compilation took; 0 when nothing was compiled. */
  builtSeconds: number;
}

const SOURCES: Record<Libtorch['source'], string> = {
  RADWEAVE_LIBTORCH: 'from RADWEAVE_LIBTORCH',
  '--libtorch': 'the one named by --libtorch',
  python: "the active Python's",
  fetched: 'fetched by set-up',
  system: "the system's",
};

const GPUS: Record<Gpu, string> = { cuda: 'CUDA', rocm: 'ROCm' };

const NO_CUDA_HEADERS =
  "CUDA's headers were not found: training will launch every operator by itself, which is slower. For pip's torch " +
  'install the part that it leaves out, of the same version as its nvidia-cuda-runtime (0.1 MB: python3 -m pip install ' +
  'nvidia-cuda-crt==…), or the CUDA toolkit; or set CUDA_HOME to a toolkit. Then run set-up again.';

export interface SetupOptions {
  /** Folder of a libtorch to take now and in later set-ups, or `pinned` for the one that set-up fetches; `auto` forgets it. */
  libtorch?: string;
  /** A wheel of torch, or a folder of wheels, to take libtorch from, now and in later set-ups. */
  from?: string;
  /** For which devices; what the machine has, where it is not said. */
  engine?: Engine;
  /** Whether gigabytes may be fetched. */
  yes?: boolean;
}

/** More than this is fetched only when somebody has said yes. */
const MUCH = 1e9;

/**
 * Makes the engine ready: finds libtorch (installing or fetching it where there is none), provides the addon for it, prebuilt
 * or compiled, records both and tries it once to see that it works.
 *
 * @param say takes each line for people.
 * @throws ConsentNeeded before gigabytes are fetched.
 * @throws SetupError before anything is changed when something is missing that may not be installed; also when
 *   the compilation or the first load fails.
 */
export function setUp(
  say: (line: string) => void,
  options: SetupOptions = {},
  env: NodeJS.ProcessEnv = process.env,
): SetupResult {
  const never = whyNever(hostFacts());
  if (never !== undefined) throw new SetupError(never);
  sayWhatIsStale(say, env);
  const sources = sourceHash();
  const folder = (libtorch: Libtorch) => join(nativeCache(env), buildKey(sources, libtorch, process));
  const { from } = options;
  const brought =
    from === undefined
      ? options.libtorch
      : writing(cacheDir(env), () => takeLibtorch(from, options.engine, say, env));
  const named = namedLibtorch(brought, env);
  const pinned = options.libtorch === 'pinned';
  const wish = { named, engine: options.engine, pinned };
  const isBuilt = (found: Libtorch) => isComplete(folder(asRecorded(found, env)), found);
  const libtorch = asRecorded(prepareMachine(say, env, wish, options.yes === true, isBuilt), env);
  say(
    `libtorch ${libtorch.version}${libtorch.gpu === null ? '' : ` (${GPUS[libtorch.gpu]})`}: ${SOURCES[libtorch.source]}, ${libtorch.root}`,
  );
  sayIfOverruled(libtorch, say, env);

  // Before minutes of building.
  writing(nativeCache(env), () => makeFolder(nativeCache(env)));
  const build = folder(libtorch);
  const start = performance.now();
  const load = () => recordAndLoad(recordOf(libtorch, build), named, env);
  const { engine, way } = provideEngine(libtorch, build, load, say, env);
  const builtSeconds = way === 'built' ? (performance.now() - start) / 1000 : 0;
  const record = recordOf(libtorch, build);
  if (libtorch.gpu === 'cuda' && record.cudaAddon === null) say(NO_CUDA_HEADERS);
  if (named?.by === '--libtorch' || pinned) rememberLibtorch(libtorch.root, env);
  else if (named === undefined || !existsSync(named.folder)) rememberLibtorch(undefined, env);
  say(`BLAS: ${describeBlas(record.blas, engine.mapped)}`);
  say(`Engine: ${way === 'built' ? `built in ${builtSeconds.toFixed(1)} s` : way}, ${record.addon}`);
  return { record, engine, way, builtSeconds };
}

export interface DownloadOptions {
  /** For which devices of the other machine; CPUs, where it is not said. */
  engine?: Engine;
  /** The other machine's, such as `linux-x64`; this one's, where it is not said. */
  platform?: string;
}

/**
 * Puts what `setUp` would fetch into a folder, for a machine without internet: `from` takes it there.
 *
 * @throws SetupError.
 */
export function downloadOnly(
  folder: string,
  say: (line: string) => void,
  { engine = 'cpu', platform = THIS_MACHINE }: DownloadOptions = {},
  env: NodeJS.ProcessEnv = process.env,
): void {
  const wheels = wheelsFor(platform, engine);
  if (wheels.length === 0)
    throw new SetupError(`PyPI has no torch ${PINNED_TORCH} (${engine}) for ${platform}`);
  const client = theClient(env);
  const elsewhere = 'name a folder on another disk';
  writing(folder, () => makeFolder(folder), elsewhere);
  say(
    `Fetching ${wheels.length === 1 ? 'a wheel' : `${wheels.length} wheels`}, ${megabytes(totalBytes(wheels))}`,
  );
  downloadWheels(client, wheels, folder, env, elsewhere);
  say(`On the other machine: radweave setup --from ${folder}`);
}

function theClient(env: NodeJS.ProcessEnv): PackageClient {
  const client = packageClient(env);
  if (client !== undefined) return client;
  throw new SetupError(
    'Neither pip nor uv was found: install python3-pip, or uv (https://docs.astral.sh/uv)',
  );
}

/** Why the record of an earlier set-up cannot be used any more, as after its libtorch was deleted. */
function sayWhatIsStale(say: (line: string) => void, env: NodeJS.ProcessEnv): void {
  if (!existsSync(recordPath(env, undefined))) return;
  try {
    readNativeRecord({ ...env, RADWEAVE_LIBTORCH: undefined });
  } catch (error) {
    if (!(error instanceof NativeNotBuiltError)) throw error;
    say(`The last set-up is replaced: ${error.reason}`);
  }
}

/** Other commands obey `RADWEAVE_LIBTORCH`, whatever this one was told. */
function sayIfOverruled({ root }: Libtorch, say: (line: string) => void, env: NodeJS.ProcessEnv): void {
  const other = env.RADWEAVE_LIBTORCH;
  if (!other || libtorchRoot(other, process) === root) return;
  say(`RADWEAVE_LIBTORCH names ${other}, which other commands will take instead: unset it`);
}

function recordOf(libtorch: Libtorch, build: string): NativeRecord {
  const [boot, addon] = ADDONS;
  const { root, version, source, libDirs, gpu, stamp } = libtorch;
  const ifThere = (name: string): string | null => {
    const path = join(build, name);
    return existsSync(path) ? path : null;
  };
  return {
    addon: join(build, addon),
    boot: join(build, boot),
    cudaAddon: ifThere(CUDA_ADDON),
    distributedAddon: ifThere(DISTRIBUTED_ADDON),
    libtorch: { root, version, source, libDirs, gpu, stamp },
    blas: chooseBlas(libtorch, process),
  };
}

/** Plans, installs and fetches what the plan says, and looks again. */
function prepareMachine(
  say: (line: string) => void,
  env: NodeJS.ProcessEnv,
  wish: Wish,
  yes: boolean,
  built: (libtorch: Libtorch) => boolean,
): Libtorch {
  let { facts, libtorch } = lookAround(env, wish, built);
  if (wish.pinned && libtorch === undefined) theClient(env);
  const plan = planSetup(facts);
  const { engine } = facts.fetchable;
  const bytes = totalBytes(plan.fetch);
  if (bytes > MUCH && !yes)
    throw new ConsentNeeded(`libtorch ${PINNED_TORCH} for ${engine}`, megabytes(bytes));
  for (const place of facts.skipped) say(`Not taken: ${place}`);
  for (const notice of plan.notices) say(notice);
  if (plan.install.length > 0) aptInstall(plan.install, say);
  if (plan.fetch.length > 0) {
    fetchLibtorch(theClient(env), engine, say, env);
  }
  if (plan.install.length > 0 || plan.fetch.length > 0) ({ facts, libtorch } = lookAround(env, wish, built));
  // Where nothing was installed, the steps for what building lacks are told when no prebuilt engine fits.
  if (libtorch === undefined || (plan.install.length > 0 && facts.missing.length > 0)) {
    const brought = [...plan.install, ...plan.fetch.map(({ file }) => file)].join(' ');
    throw new SetupError(`${facts.missing.join(', ')} cannot be found after installing ${brought}`);
  }
  return libtorch;
}

/**
 * Records the build for its libtorch, and as the one in use unless `RADWEAVE_LIBTORCH` named it for this command alone. A build
 * that cannot be loaded leaves no record, and the one in use as it was.
 */
function recordAndLoad(record: NativeRecord, named: Named | undefined, env: NodeJS.ProcessEnv): EngineReport {
  const { root } = record.libtorch;
  const own = recordPath(env, root);
  writeRecord(own, record);
  try {
    const engine = askEngine({ ...env, RADWEAVE_LIBTORCH: root });
    if (named?.by !== 'RADWEAVE_LIBTORCH') writeRecord(recordPath(env, undefined), record);
    return engine;
  } catch (error) {
    rmSync(own, { force: true });
    throw error;
  }
}

function writeRecord(path: string, record: NativeRecord): void {
  writeWhole(path, `${JSON.stringify(record, null, 2)}\n`);
}
