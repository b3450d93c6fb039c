import { basename } from 'node:path';
import { readFileSync } from '@radweave/artifacts/files';

/** What tells how a process was started; see proc(5). */
export interface Started {
  /** The shell's `_`: the program that it started. */
  env: Readonly<Record<string, string | undefined>>;
  /** Contents of a file, empty where it cannot be read. */
  read: (path: string) => string;
  parent: number;
}

const here: Started = { env: process.env, read: contentOf, parent: process.ppid };

/** A process that `nohup` started must go on when the terminal is closed. Call it first: the default would end the process. */
export function ignoreHangUpUnderNohup(): void {
  if (isUnderNohup()) process.on('SIGHUP', () => undefined);
}

/**
 * Whether `nohup` started this process. Node.js gives every signal its default action before any of our code runs, so that
 * nohup's SIG_IGN is gone; these traces stay: the shell's `_`, a standard input that cannot be read (GNU, on a terminal), and
 * a script around it that still ignores SIGHUP. A program that calls nohup without a shell and a terminal leaves none.
 */
export function isUnderNohup({ env, read, parent }: Started = here): boolean {
  if (basename(env._ ?? '') === 'nohup') return true;
  const [, flags = '0'] = /^flags:\s*(\d+)/m.exec(read('/proc/self/fdinfo/0')) ?? [];
  if ((Number.parseInt(flags, 8) & 3) === 1) return true;
  const [, ignored = '0'] = /^SigIgn:\s*([0-9a-f]+)/m.exec(read(`/proc/${parent}/status`)) ?? [];
  return (Number.parseInt(ignored.slice(-1), 16) & 1) === 1;
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
