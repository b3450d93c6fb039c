import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Done {
  ok: boolean;
  stdout: string;
  /** The end of what it printed (standard output, then standard error), for an error message. */
  tail: string;
}

/**
 * Runs a program without a shell, standard input closed, and returns what it printed.
 *
 * @param options.shown whether people see what it prints, where standard error is a terminal; nothing is returned then.
 */
export function run(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; timeoutMs?: number; shown?: boolean } = {},
): Done {
  const done = spawnSync(command, args, {
    stdio: options.shown && process.stderr.isTTY ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...(options.env ? { env: options.env } : {}),
    ...(options.timeoutMs ? { timeout: options.timeoutMs } : {}),
  });
  const printed = done.stdout === null ? 'Its messages are above.' : `${done.stdout}\n${done.stderr}`;
  const signal = done.signal === null ? '' : `\nEnded by ${done.signal}`;
  const said = done.error ? done.error.message : printed + signal;
  return {
    ok: done.status === 0,
    stdout: done.stdout ?? '',
    tail: said.trim().split('\n').slice(-40).join('\n'),
  };
}

/** Whether a program of this name is on the PATH. */
export function onPath(program: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  return (env.PATH ?? env.Path ?? '').split(delimiter).some((folder) =>
    suffixes.some((suffix) => {
      try {
        accessSync(join(folder, program + suffix), constants.X_OK);
        return folder !== '';
      } catch {
        return false;
      }
    }),
  );
}
