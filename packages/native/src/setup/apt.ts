import { existsSync } from 'node:fs';
import { SetupError } from './errors.ts';
import { onPath, run } from './run.ts';

/** Whether this is Debian, Ubuntu or a system derived from them. */
export function isDebian(): boolean {
  return process.platform === 'linux' && existsSync('/etc/debian_version') && onPath('apt-get');
}

/** Whether packages may be installed without a question: as root, or by sudo that asks for no password. */
export function mayInstall(): boolean {
  return process.getuid?.() === 0 || run('sudo', ['-n', 'true']).ok;
}

/** Those of `packages` that dpkg does not have installed. */
export function missingPackages(packages: readonly string[]): string[] {
  const asked = run('dpkg-query', ['-W', `-f=\${Package} \${db:Status-Status}\n`, ...packages]);
  const installed = new Set(
    asked.stdout.split('\n').flatMap((line) => line.match(/^(\S+) installed$/)?.[1] ?? []),
  );
  return packages.filter((name) => !installed.has(name));
}

const LOCK_TIMEOUT_S = 600;
const RETRY_MS = 5_000;

function aptGet(args: readonly string[]): ReturnType<typeof run> {
  const apt = ['apt-get', '-q', '-o', `DPkg::Lock::Timeout=${LOCK_TIMEOUT_S}`, ...args];
  const command = ['env', 'DEBIAN_FRONTEND=noninteractive', ...apt];
  const [program = '', ...rest] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command];
  const start = Date.now();
  for (;;) {
    const done = run(program, rest);
    // The option above does not cover the lock on the package lists.
    const locked = !done.ok && done.tail.includes('Could not get lock');
    if (!locked || Date.now() - start > LOCK_TIMEOUT_S * 1000) return done;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
  }
}

/**
 * Installs Debian packages; the package lists are only brought up to date when the installation fails without.
 *
 * @throws SetupError with the end of what apt-get printed.
 */
export function aptInstall(packages: readonly string[], say: (line: string) => void): void {
  if (packages.length === 0) return;
  say(`Installing ${packages.join(' ')}`);
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  if (aptGet(install).ok) return;
  const update = aptGet(['update']);
  const second = aptGet(install);
  if (second.ok) return;
  const said = update.ok ? second.tail : `${update.tail}\n${second.tail}`;
  const command = `sudo apt-get update && sudo apt-get install ${packages.join(' ')}`;
  throw new SetupError(`apt-get could not install ${packages.join(' ')}:\n${said}\nTry: ${command}`);
}
