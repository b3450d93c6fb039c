import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIST = fileURLToPath(new URL('../peers.txt', import.meta.url));
/** Oldest Python that the versions listed run on. */
const LEAST_PYTHON = '3.11';

/**
 * The Python of the environment that holds what `peers.txt` lists; `RADWEAVE_PEERS` names another one. It lies in the user's
 * cache, one for each content of the list, and all checkouts share it.
 */
export function peersPython(env: NodeJS.ProcessEnv = process.env): string {
  return env.RADWEAVE_PEERS ?? pythonIn(peersFolder(env));
}

/** The libtorch of {@link peersPython}. */
export function newestLibtorch(): string {
  const where =
    'import importlib.util; print(*importlib.util.find_spec("torch").submodule_search_locations, end="")';
  const { error, stdout, stderr, status } = spawnSync(peersPython(), ['-c', where], { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`the peers' Python has no torch: ${stderr}`);
  return stdout;
}

function peersFolder(env: NodeJS.ProcessEnv): string {
  const key = createHash('sha256').update(readFileSync(LIST)).digest('hex').slice(0, 12);
  return join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'radweave-peers', key);
}

function pythonIn(folder: string): string {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
}

/**
 * Makes the environment unless it is there, complete or not at all.
 *
 * @returns why it cannot be made, null when it is there.
 */
export function installPeers(
  say: (line: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): string | null {
  if (existsSync(peersPython(env))) return null;
  const folder = peersFolder(env);
  // A rename moves it: `python -m` does not mind, the scripts beside it would.
  const staged = `${folder}.${process.pid}`;
  say('Installing the programs that tests compare with: 2 GB to fetch, 6 GB on disk, once');
  mkdirSync(dirname(folder), { recursive: true });
  const python = env.RADWEAVE_PYTHON ?? (process.platform === 'win32' ? 'python' : 'python3');
  const steps = [
    [python, '-c', `import sys; sys.exit(sys.version_info < (${LEAST_PYTHON.replace('.', ', ')}))`],
    [python, '-m', 'venv', staged],
    // What is not imported need not be compiled; the rest Python compiles when it is.
    [
      pythonIn(staged),
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-cache-dir',
      '--no-compile',
      '--requirement',
      LIST,
    ],
  ];
  for (const [command = '', ...args] of steps) {
    const done = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
    if (done.status === 0) continue;
    rmSync(staged, { recursive: true, force: true });
    return `\`${[command, ...args].join(' ')}\` failed; Python ${LEAST_PYTHON} or newer with venv is needed`;
  }
  // Another set-up may have been first.
  if (existsSync(folder)) rmSync(staged, { recursive: true, force: true });
  else renameSync(staged, folder);
  return null;
}
