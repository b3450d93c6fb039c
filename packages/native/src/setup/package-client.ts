import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BRING } from './advice.ts';
import { SetupError } from './errors.ts';
import { pythons } from './python.ts';
import { run } from './run.ts';
import { platformTags, requirementOf, type Wheel } from './wheels.ts';

/** A program that fetches Python's packages with the index, mirror, proxy and certificates that it is configured for. */
export interface PackageClient {
  name: 'pip' | 'uv';
  command: readonly string[];
  version: readonly number[];
  /** File of certificates that pip takes where its user has configured none. */
  certificates?: string | undefined;
}

/** The Python that the wheels are for: nothing of Python is used, so any does, and one set of wheels has one set of hashes. */
const PYTHON = '3.11';

/** From this version on pip continues with a download that was cut. */
const RESUMES = [25, 1] as const;
const RETRIES = '30';

/**
 * pip for those whose own is older, run from its wheel, which installs nothing: one that continues with a cut download, for Python
 * 3.9 and newer; else one for Python 3.8, as pip of Ubuntu 20.04 finds no wheels for another Python.
 */
const NEWER_PIPS: readonly Wheel[] = [
  {
    file: 'pip-25.3-py3-none-any.whl',
    bytes: 1_778_622,
    sha256: '9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd',
  },
  {
    file: 'pip-25.0.1-py3-none-any.whl',
    bytes: 1_841_526,
    sha256: 'c46efd13b6aa8279f33f2864459c8ce587ea6a1a59ee20de055868d8f7688f7f',
  },
];

function versionOf(command: readonly string[], env: NodeJS.ProcessEnv): number[] | undefined {
  const [program = '', ...rest] = command;
  const done = run(program, [...rest, '--version'], { env, timeoutMs: 60_000 });
  const found = /^(?:pip|uv) (\d+)\.(\d+)/.exec(done.stdout);
  return done.ok && found ? [Number(found[1]), Number(found[2])] : undefined;
}

/** The package client of this machine: the active Python's pip, a pip on the PATH, uv; undefined where there is none. */
export function packageClient(env: NodeJS.ProcessEnv): PackageClient | undefined {
  const pips = [...pythons(env).map((python) => [python, '-m', 'pip']), ['pip3'], ['pip']];
  for (const command of [...pips, ['uv']]) {
    const version = versionOf(command, env);
    if (version !== undefined) return { name: command[0] === 'uv' ? 'uv' : 'pip', command, version };
  }
  return undefined;
}

/**
 * Fetches wheels into a folder, every one compared with its pinned SHA-256. pip leaves the wheels there; uv, which can only
 * install, what is in them.
 *
 * @throws SetupError with what the client said.
 */
export function fetchWheels(
  client: PackageClient,
  wheels: readonly Wheel[],
  into: string,
  env: NodeJS.ProcessEnv,
): void {
  mkdirSync(into, { recursive: true });
  const list = requirements(wheels, into);
  if (client.name === 'uv') fetchByUv(client, wheels.slice(0, 1).flatMap(platformTags), list, into, env);
  else fetchByPip(client, wheels, list, into, env);
}

function requirements(wheels: readonly Wheel[], into: string): string {
  const path = join(into, 'requirements.txt');
  writeFileSync(path, wheels.map((wheel) => `${requirementOf(wheel)}\n`).join(''));
  return path;
}

function fetchByPip(
  { command, version, certificates }: PackageClient,
  wheels: readonly Wheel[],
  list: string,
  into: string,
  env: NodeJS.ProcessEnv,
): void {
  const tags = [...new Set(wheels.flatMap(platformTags))].filter((tag) => tag !== 'any');
  const abi = `cp${PYTHON.replace('.', '')}`;
  const target = ['--python-version', PYTHON, '--implementation', 'cp', '--abi', abi];
  attempt(
    [
      ...command,
      'download',
      ...['--no-deps', '--no-cache-dir', '--only-binary=:all:', '--require-hashes'],
      ...(resumes(version) ? ['--resume-retries', RETRIES] : []),
      ...(tags.length > 0 ? target : []),
      ...tags.flatMap((tag) => ['--platform', tag]),
      ...['-d', into, '-r', list],
    ],
    // pip writes there first, and the folder of temporary files is often small.
    { REQUESTS_CA_BUNDLE: certificates, ...env, TMPDIR: into, TEMP: into, TMP: into },
  );
}

/** @param tags of the first wheel: uv takes wheels for older systems, too. */
function fetchByUv(
  { command }: PackageClient,
  tags: readonly string[],
  list: string,
  into: string,
  env: NodeJS.ProcessEnv,
): void {
  const [, system = '', machine = ''] = /^(.*?)_(x86_64|aarch64|arm64|amd64)$/.exec(tags[0] ?? '') ?? [];
  const platform =
    system === 'win'
      ? 'windows'
      : system.startsWith('macosx')
        ? 'aarch64-apple-darwin'
        : `${machine}-${system}`;
  // uv takes wheels for an older macOS alone, unless it is told.
  const [, macos = ''] = /^macosx_(\d+_\d+)/.exec(system) ?? [];
  const target = macos === '' ? {} : { MACOSX_DEPLOYMENT_TARGET: macos.replace('_', '.') };
  attempt(
    [
      ...command,
      ...['pip', 'install', '--no-deps', '--only-binary', ':all:', '--require-hashes'],
      ...['--python-version', PYTHON, '--python-platform', platform],
      ...['--cache-dir', uvCache(into), '--target', into, '-r', list],
    ],
    { ...env, ...target },
  );
}

/** What uv has got whole, for the next try: beside the folder that it installs into. */
export function uvCache(into: string): string {
  return join(dirname(into), '.uv');
}

function resumes([major = 0, minor = 0]: readonly number[]): boolean {
  return major > RESUMES[0] || (major === RESUMES[0] && minor >= RESUMES[1]);
}

/** The system's certificates, on Debian and on Red Hat: their pips take them, others bring certificates of their own. */
const BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/** The newest pip that can be had, fetched into a folder, where the client is an older one; else the client as it is. */
export function newestClient(client: PackageClient, into: string, env: NodeJS.ProcessEnv): PackageClient {
  const [python = '', module] = client.command;
  if (resumes(client.version) || module !== '-m') return client;
  for (const wheel of NEWER_PIPS) {
    try {
      fetchByPip(client, [wheel], requirements([wheel], into), into, { ...env, PIP_QUIET: '1' });
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      continue;
    }
    const command = [python, join(into, wheel.file, 'pip')];
    const version = versionOf(command, env);
    const certificates = BUNDLES.find((path) => existsSync(path));
    if (version !== undefined) return { name: 'pip', command, version, certificates };
  }
  return client;
}

function attempt([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): void {
  const done = run(program, args, { env, shown: true });
  if (done.ok) return;
  const client = program.endsWith('uv') ? 'uv' : 'pip';
  const unreached = client === 'pip' ? " (pip then says 'No matching distribution found')" : '';
  throw new SetupError(
    `${client} could not fetch libtorch:\n${done.tail}\nWithout internet${unreached}: ${BRING}`,
  );
}
