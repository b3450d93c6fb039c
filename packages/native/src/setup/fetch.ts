import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileSha256 } from '../sha256.ts';
import { sweepLeftovers, temporaryName } from '../temporary.ts';
import { cacheDir } from './cache.ts';
import { NotThere, SetupError } from './errors.ts';
import { inspectLibtorch } from './libtorch.ts';
import { fetchWheels, newestClient, type PackageClient, uvCache } from './package-client.ts';
import { PINNED_TORCH } from './pinned.ts';
import { takeInstalled, unpackWheel } from './unpack.ts';
import { type Engine, isFor, isWanted, THIS_MACHINE, type Wheel, wheelsFor } from './wheels.ts';
import { fillFolder, MAKE_ROOM, makeFolder, replace, writing } from './whole.ts';

/** Bytes on disk for each byte of a wheel, at most; for the CPU most of it is left out. */
const EXPANSION: Readonly<Record<Engine, number>> = { cpu: 1, cuda: 2 };

function libtorches(env: NodeJS.ProcessEnv): string {
  return join(cacheDir(env), 'libtorch');
}

/** The fetched libtorch for these devices, where it lies or will lie, for all projects of this user. */
function fetchedFolder(engine: Engine, env: NodeJS.ProcessEnv, version: string = PINNED_TORCH): string {
  return join(libtorches(env), `${version}-${engine}`, 'torch');
}

/** What was fetched before and is there, the one for these devices first. */
export function fetchedLibtorches(engine: Engine, env: NodeJS.ProcessEnv): string[] {
  const engines = engine === 'cuda' ? (['cuda', 'cpu'] as const) : (['cpu', 'cuda'] as const);
  return engines.map((each) => fetchedFolder(each, env)).filter((folder) => existsSync(folder));
}

/** Whether a libtorch's folder, links resolved, is one that set-up made: by fetching, or of what was brought. */
export function isOwn(root: string, env: NodeJS.ProcessEnv): boolean {
  const own = libtorches(env);
  return existsSync(own) && dirname(dirname(root)) === realpathSync(own);
}

/** A size for people. */
export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

export function totalBytes(wheels: readonly Wheel[]): number {
  return wheels.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Fetches the pinned libtorch into the user's cache, whose room is looked at first. What has arrived whole is kept for the next try; uv keeps it itself.
 *
 * @returns the libtorch's folder.
 * @throws SetupError.
 */
export function fetchLibtorch(
  client: PackageClient,
  engine: Engine,
  say: (line: string) => void,
  env: NodeJS.ProcessEnv,
  wheels: readonly Wheel[] = wheelsFor(THIS_MACHINE, engine),
): string {
  writing(libtorches(env), () => makeFolder(libtorches(env)));
  // A folder for each: who has finished takes it away, and another set-up may be fetching for the other devices.
  const arrived = join(libtorches(env), `wheels-${engine}`);
  const isThere = ({ file, bytes }: Wheel): boolean =>
    statSync(join(arrived, file), { throwIfNoEntry: false })?.size === bytes;
  const missing = wheels.filter((wheel) => !isThere(wheel));
  refuseFullDisk(libtorches(env), totalBytes(missing) + totalBytes(wheels) * EXPANSION[engine]);
  say(
    `Fetching libtorch ${PINNED_TORCH} (${engine}) by ${client.command.join(' ')}: ${megabytes(totalBytes(wheels))}`,
  );
  const torch = fetchedFolder(engine, env);
  try {
    const root = downloadWheels(client, wheels, arrived, env);
    return takeWheels(root, wheels, engine, PINNED_TORCH, env);
  } catch (error) {
    // Another set-up was faster, and has taken the wheels away.
    if (isWhole(torch)) return torch;
    throw error;
  } finally {
    if (isWhole(torch)) rmSync(arrived, { recursive: true, force: true });
  }
}

/** Whether every part of a libtorch is there: one that lost some is fetched again. */
function isWhole(torch: string): boolean {
  return 'libtorch' in inspectLibtorch(torch, 'fetched', process);
}

/**
 * Puts wheels into a folder, where those that are there already stay; uv puts there what is in them.
 *
 * @param elsewhere how the user takes another folder, where it is not the cache.
 * @returns the folder.
 * @throws SetupError.
 */
export function downloadWheels(
  client: PackageClient,
  wheels: readonly Wheel[],
  folder: string,
  env: NodeJS.ProcessEnv,
  elsewhere?: string,
): string {
  return writing(folder, () => fetchInto(client, wheels, folder, env), elsewhere);
}

function fetchInto(
  client: PackageClient,
  wheels: readonly Wheel[],
  folder: string,
  env: NodeJS.ProcessEnv,
): string {
  makeFolder(folder);
  sweepLeftovers(folder);
  const staged = temporaryName(join(folder, 'arriving'), 'tmp');
  mkdirSync(staged);
  try {
    if (client.name === 'uv') {
      refuseOthers(folder);
      fetchWheels(client, wheels, staged, env);
      for (const name of readdirSync(staged).filter((each) => FETCHED.test(each)))
        replace(join(staged, name), join(folder, name));
      rmSync(uvCache(staged), { recursive: true, force: true });
      return folder;
    }
    const missing = wheels.filter(({ file, sha256 }) => {
      const path = join(folder, file);
      return !existsSync(path) || fileSha256(path) !== sha256;
    });
    const pip = missing.length > 0 ? newestClient(client, staged, env) : client;
    for (const wheel of missing) {
      const path = join(folder, wheel.file);
      fetchWheels(pip, [wheel], staged, env);
      replace(join(staged, wheel.file), path);
    }
    return folder;
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

/** What fetching leaves in its folder. Beside it uv installs programs (`bin`), which nothing here needs. */
const FETCHED = /^(torch|nvidia|\.uv$|\.arriving\.)/;

/** uv brings folders, which replace those of the same names: nobody else's may be there. */
function refuseOthers(folder: string): void {
  const other = readdirSync(folder).find((name) => !FETCHED.test(name));
  if (other === undefined) return;
  throw new SetupError(`${folder} is not empty, it has ${other}: name a new folder for what uv fetches`);
}

/**
 * Takes a libtorch that somebody brought: a wheel with those beside it, a folder of wheels, or a folder where they are installed.
 *
 * @returns the libtorch's folder in the user's cache.
 * @throws SetupError when it is for another machine, incomplete, damaged or altered.
 */
export function takeLibtorch(
  from: string,
  asked: Engine | undefined,
  say: (line: string) => void,
  env: NodeJS.ProcessEnv,
): string {
  if (!existsSync(from)) throw new NotThere(`--from names '${from}', which does not exist`);
  const isFolder = statSync(from).isDirectory();
  const folder = isFolder ? from : dirname(from);
  const names = readdirSync(folder);
  const files = names.filter((name) => name.endsWith('.whl') && isFor(name, THIS_MACHINE));
  const torch = files.filter((name) => name.startsWith('torch-') && (isFolder || name === basename(from)));
  const all = wheelsFor(THIS_MACHINE, 'cuda');
  const hasCuda =
    all.length > 0 && all.every(({ file }) => names.includes(file) || names.includes(installedList(file)));
  const engine = asked ?? (hasCuda ? 'cuda' : 'cpu');
  if (isFolder && existsSync(join(from, 'torch', 'lib'))) {
    say(`${from} holds installed wheels: their files are compared with their own lists alone`);
    const version = installedVersion(folder);
    if (version === PINNED_TORCH) refuseWithout(wheelsFor(THIS_MACHINE, engine), names, folder);
    return takeWheels(folder, [], engine, version, env);
  }
  const [file, second] = torch;
  if (file === undefined || second !== undefined) {
    const found = second === undefined ? `no wheel of torch for ${THIS_MACHINE}` : torch.join(', ');
    throw new SetupError(`'${from}' has ${found}. Name the folder or the file that --download_only made`);
  }
  const pinned = wheelsFor(THIS_MACHINE, engine);
  if (pinned.some((wheel) => wheel.file === file)) {
    return takeWheels(folder, pinned, engine, PINNED_TORCH, env);
  }
  say(`${file} is not the pinned torch ${PINNED_TORCH}: its files are compared with its own list alone`);
  const brought = [file, ...files.filter((name) => name.startsWith('nvidia_'))];
  const wheels = brought.map((name) => ({
    file: name,
    bytes: statSync(join(folder, name)).size,
    sha256: '',
  }));
  return takeWheels(folder, wheels, engine, file.split('-')[1] ?? '', env);
}

/** The folder that an installed wheel has its list of files in. */
function installedList(file: string): string {
  return `${file.split('-').slice(0, 2).join('-')}.dist-info`;
}

/** Of every one of these wheels some version must be installed. */
function refuseWithout(wheels: readonly Wheel[], names: readonly string[], folder: string): void {
  const lists = names.filter((name) => name.endsWith('.dist-info'));
  const isThere = ({ file }: Wheel): boolean =>
    lists.some((list) => list.startsWith(file.slice(0, file.indexOf('-') + 1)));
  const lacking = wheels.find((wheel) => !isThere(wheel));
  if (lacking === undefined) return;
  throw new SetupError(`What is in ${lacking.file} is missing in ${folder}: put it there, too`);
}

function installedVersion(folder: string): string {
  const list = readdirSync(folder).find((name) => /^torch-.*\.dist-info$/.test(name));
  if (list === undefined) throw new SetupError(`'${folder}' has no torch-….dist-info beside its torch`);
  return list.slice('torch-'.length, -'.dist-info'.length);
}

/** Unpacks what the engine needs into the user's cache. */
function takeWheels(
  folder: string,
  wheels: readonly Wheel[],
  engine: Engine,
  version: string,
  env: NodeJS.ProcessEnv,
): string {
  const torch = fetchedFolder(engine, env, version);
  const target = dirname(torch);
  refuseFullDisk(libtorches(env), totalBytes(wheels) * EXPANSION[engine]);
  const isNeeded = (name: string): boolean => isWanted(name, engine);
  const fill = (staged: string): void => {
    if (existsSync(join(folder, 'torch', 'lib'))) takeInstalled(folder, isNeeded, staged);
    else for (const wheel of wheels) unpackWheel(verified(folder, wheel), isNeeded, staged);
  };
  fillFolder(target, fill, (staged) => hasAllOf(staged, target));
  return torch;
}

/** Whether a folder has every file of another one, of the same size: what was brought before may have lacked a wheel. */
function hasAllOf(other: string, folder: string): boolean {
  return readdirSync(other, { recursive: true, encoding: 'utf8' }).every((name) => {
    const mine = statSync(join(other, name));
    const twin = statSync(join(folder, name), { throwIfNoEntry: false });
    return mine.isDirectory() || mine.size === twin?.size;
  });
}

function verified(folder: string, { file, sha256 }: Wheel): string {
  const path = join(folder, file);
  if (!existsSync(path)) throw new SetupError(`${file} is missing in ${folder}: put it there, too`);
  if (sha256 !== '' && fileSha256(path) !== sha256) {
    throw new SetupError(`${path} is altered or damaged: its SHA-256 is not ${sha256}. Fetch it again`);
  }
  return path;
}

/** @throws SetupError before anything is written. */
function refuseFullDisk(folder: string, needed: number): void {
  writing(folder, () => makeFolder(folder));
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= needed) return;
  throw new SetupError(
    `Set-up needs ${megabytes(needed)} of disk in ${folder}, which has ${megabytes(bavail * bsize)} free. ${MAKE_ROOM}`,
  );
}
