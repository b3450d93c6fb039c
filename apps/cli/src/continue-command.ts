import { basename, delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inShell } from '@radweave/artifacts';

/** How this program was started. */
export interface Start {
  /** `process.argv[1]`. */
  script: string;
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
}

const BIN = fileURLToPath(new URL('../bin/radweave.mjs', import.meta.url));

/**
 * The command line that continues what was stopped, complete: every flag of the one that was stopped, so that it works as
 * it stands in the same folder.
 *
 * @param args What followed the program's name.
 * @param run The training run to resume; undefined where the same command continues by itself.
 */
export function continueCommand(args: readonly string[], run: string | undefined, start: Start): string {
  const has = (...flags: readonly string[]): boolean =>
    args.some((arg) => flags.includes(arg.replaceAll('-', '_').replace(/^__/, '--').split('=')[0] ?? ''));
  const isTraining = run !== undefined && args.includes('train');
  const more = [
    ...(isTraining && !has('--resume') ? ['--resume'] : []),
    // A run that has the name of the configuration is found by it.
    ...(isTraining && !has('--run', '--exp_name') ? ['--run', run] : []),
  ];
  return commandLine([...args, ...more], start);
}

/** A command line as the user can paste it. */
function commandLine(args: readonly string[], start: Start): string {
  return `${program(start)} ${inShell(args, start.platform)}`;
}

export function thisStart(): Start {
  const { argv, env, platform } = process;
  return { script: argv[1] ?? '', env, platform };
}

/** The program in messages and help, which name no file of it. */
export function shortProgram({ env }: Start): string {
  return env.npm_command === 'exec' ? 'npx radweave' : 'radweave';
}

/** As the user can start it: through npx, from the path, or the file itself, under whatever name it was started. */
function program(start: Start): string {
  const { script, env, platform } = start;
  const isOnPath = (env.PATH ?? '').split(delimiter).includes(dirname(script));
  if (basename(script) === 'radweave') {
    if (env.npm_command === 'exec' || isOnPath) return shortProgram(start);
  }
  return `node ${inShell(BIN, platform)}`;
}
