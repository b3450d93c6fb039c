import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, cpus, freemem, release, tmpdir, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { nativeCache } from '../setup/cache.ts';
import { megabytes } from '../setup/fetch.ts';
import { type HostFacts, hostFacts, whyNever } from '../setup/host.ts';
import { describedCards, nvidiaDriver, whyNotPinned } from '../setup/nvidia.ts';
import { packageClient } from '../setup/package-client.ts';
import type { NativeRecord } from '../setup/record.ts';
import { run } from '../setup/run.ts';

/** What was found of one thing, with what is wrong and how to fix it. */
export interface Finding {
  what: string;
  state: string;
  problem?: string;
  /** Said with the problem where the engine works all the same: what it keeps from working. */
  spares?: string;
}

/** What of this must be fixed, and what is a warning because the engine works all the same. */
export function problemsOf(
  findings: readonly Finding[],
  works: boolean,
): { problems: string[]; warnings: string[] } {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const { problem, spares } of findings) {
    if (problem === undefined) continue;
    if (works && spares !== undefined) warnings.push(`${problem}. ${spares}`);
    else problems.push(problem);
  }
  return { problems, warnings };
}

/** Less free disk than this ends a training sooner or later. */
const LITTLE_DISK = 1e9;
/** More characters than Windows takes in a path, unless it is told to. */
const LONG = 300;

/** Everything around the engine that can be wrong, each found by doing it. */
export function surroundings(record: NativeRecord | undefined, env: NodeJS.ProcessEnv): Finding[] {
  return [
    systemFound(hostFacts()),
    memoryFound(process.constrainedMemory(), totalmem()),
    coresFound(cgroupCores(), env),
    {
      ...folderFound('Cache', nativeCache(env)),
      spares: 'The engine works all the same: only set-up, and what training measures once, are kept there',
    },
    folderFound('Temporary files', tmpdir()),
    localeFound(env),
    proxyFound(env),
    { what: 'Package client', state: clientState(env) },
    driverFound(record, env),
  ];
}

export function systemFound(facts: HostFacts): Finding {
  const problem = whyNever(facts);
  const library = facts.glibc === undefined ? '' : `, glibc ${facts.glibc}`;
  return { what: 'System', state: `${type()} ${release()}${library}`, ...(problem && { problem }) };
}

/** @param limit of the container or the job, in bytes; 0 or more than there is: none. */
export function memoryFound(limit: number, total: number): Finding {
  const isLimited = limit > 0 && limit < total;
  const state = `${megabytes(total)}, ${megabytes(freemem())} free${isLimited ? `; limited to ${megabytes(limit)}` : ''}`;
  const usable = isLimited ? limit : total;
  // Measured: ResNet18 trains in 1.2 GB, ResNet50 in 2.1 GB.
  const problem = `${megabytes(usable)} of memory is too little: training takes 1.2 GB with ResNet18. Ask for more (--mem of Slurm, --memory of Docker)`;
  return { what: 'Memory', state, ...(usable < 1.5e9 && { problem }) };
}

/** CPUs' time that the container may use, such as 2 or 0.5; undefined where nothing limits it. */
function cgroupCores(): number | undefined {
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8').trim() : '');
  const [quota = '', period = ''] = (
    read('/sys/fs/cgroup/cpu.max') ||
    `${read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')} ${read('/sys/fs/cgroup/cpu/cpu.cfs_period_us')}`
  ).split(' ');
  return Number(quota) > 0 && Number(period) > 0 ? Number(quota) / Number(period) : undefined;
}

export function coresFound(
  quota: number | undefined,
  env: NodeJS.ProcessEnv,
  cores: number = availableParallelism(),
): Finding {
  const set = ['RADWEAVE_THREADS', 'OMP_NUM_THREADS'].find((name) => env[name]);
  const parts = [`${cores} of ${cpus().length} for this process`];
  if (quota !== undefined) parts.push(`the container has the time of ${quota}`);
  if (set !== undefined) parts.push(`${set} is ${env[set]}`);
  else if (quota !== undefined && quota < cores) {
    parts.push(`faster with RADWEAVE_THREADS=${Math.max(1, Math.floor(quota))}`);
  }
  return { what: 'Cores', state: parts.join(', ') };
}

/** Writes, reads and runs a file there, with letters of several languages in a long path, and removes it. */
export function folderFound(what: string, folder: string): Finding {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    const { bavail, bsize } = statfsSync(there);
    const free = bavail * bsize;
    const state = `${folder}, ${megabytes(free)} free`;
    const problem =
      tried(there) ?? (free < LITTLE_DISK ? `${folder} has only ${megabytes(free)} free` : undefined);
    return { what, state, ...(problem && { problem: `${problem}. ${REMEDIES[what] ?? ''}` }) };
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    return { what, state: folder, problem: `${folder} cannot be written (${why}). ${REMEDIES[what] ?? ''}` };
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  Cache: 'Set RADWEAVE_CACHE to another folder',
  'Temporary files': 'Set TMPDIR (TEMP on Windows) to another folder',
};

/** What does not work in a folder. @throws Error of the system where it cannot be written at all. */
function tried(folder: string): string | undefined {
  const made = mkdtempSync(join(folder, 'radweave-doctor-'));
  try {
    const name = 'Ä-磁共振.txt';
    writeFileSync(join(made, name), name);
    const isSame = readdirSync(made).some((found) => found.normalize() === name.normalize());
    if (!isSame) return `${folder} changes names with letters such as Ä or 磁`;
    const long = join(made, ...Array.from({ length: Math.ceil(LONG / 50) }, () => 'x'.repeat(50)));
    try {
      mkdirSync(long, { recursive: true });
    } catch {
      return `${folder} takes no path of ${LONG} characters; on Windows an administrator allows it (docs/windows.md)`;
    }
    if (process.platform === 'win32') return undefined;
    const script = join(made, 'run.sh');
    writeFileSync(script, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    return run(script, []).ok ? undefined : `${folder} is mounted so that nothing in it can be run (noexec)`;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

export function localeFound(env: NodeJS.ProcessEnv): Finding {
  const set = env.LC_ALL || env.LC_CTYPE || env.LANG || 'not set';
  const isUtf8 = process.platform !== 'linux' || /utf-?8/i.test(set);
  return {
    what: 'Locale',
    state: isUtf8
      ? set
      : `${set}; file names are read as UTF-8 all the same, but the terminal may not show them (LANG=C.UTF-8)`,
  };
}

const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

export function proxyFound(env: NodeJS.ProcessEnv): Finding {
  const set = [...PROXIES, ...PROXIES.map((name) => name.toLowerCase())].flatMap((name) => {
    const value = env[name];
    return value
      ? [{ name, address: /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}` }]
      : [];
  });
  const wrong = set.find(({ address }) => !URL.canParse(address) || !/^https?:/i.test(address));
  const state = set.map(({ name, address }) => `${name} ${address.replace(/\/\/.*@/, '//…@')}`).join(', ');
  const problem =
    wrong &&
    `${wrong.name} must be http://host:port or http://user:password@host:port: weights cannot be fetched through another`;
  const spares = 'All else works without';
  return { what: 'Proxy', state: state || 'none', ...(problem && { problem, spares }) };
}

function clientState(env: NodeJS.ProcessEnv): string {
  const client = packageClient(env);
  return client === undefined
    ? 'neither pip nor uv (only set-up needs one, where there is no libtorch)'
    : `${client.command.join(' ')} ${client.version.join('.')}`;
}

export function driverFound(record: NativeRecord | undefined, env: NodeJS.ProcessEnv): Finding {
  const driver = nvidiaDriver(env);
  if (driver === undefined) return { what: "NVIDIA's driver", state: 'none' };
  const state = [driver.release, ...describedCards(driver)].join(', ');
  if (record !== undefined && record.libtorch.gpu !== null) return { what: "NVIDIA's driver", state };
  const unused = record === undefined ? '' : '; this libtorch does not use it: radweave setup --engine cuda';
  return { what: "NVIDIA's driver", state: whyNotPinned(driver) ?? state + unused };
}
