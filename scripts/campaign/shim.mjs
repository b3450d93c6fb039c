// Compiles shim.c, and says how a command is run under it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

/** @returns the library; undefined where this system has no LD_PRELOAD, or no compiler. */
export function compileShim(folder) {
  if (process.platform !== 'linux') return undefined;
  const library = join(folder, 'shim.so');
  const source = join(import.meta.dirname, 'shim.c');
  const { status } = spawnSync('cc', ['-O1', '-shared', '-fPIC', '-o', library, source, '-ldl'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status === 0 ? library : undefined;
}

/**
 * The environment of a process whose operations on files below `folder` are counted.
 *
 * @param at the number of the one that `does` happens to ('kill', 'short', or an errno such as 'EIO'); 0 only counts.
 */
export function shimmed(library, folder, { at = 0, does = 'kill', reads = false, log }) {
  return {
    LD_PRELOAD: library,
    SHIM_FOLDER: folder,
    SHIM_AT: String(at),
    SHIM_DO: String(constants.errno[does] ?? does),
    SHIM_READS: reads ? '1' : '0',
    SHIM_LOG: log,
    // Operations that the kernel is handed in a ring are seen by nobody.
    UV_USE_IO_URING: '0',
  };
}

/** What the shim has said: the operations of the process that made most, what was hit, and calls that lead to the internet. */
export function shimSaid(log) {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  const totals = lines.filter((line) => line.startsWith('total ')).map((line) => Number(line.slice(6)));
  const internet = lines.filter((line) => line.startsWith('internet '));
  return { total: Math.max(0, ...totals), hit: lines.find((line) => /^\d/.test(line)), internet };
}
