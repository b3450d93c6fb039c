import { createInterface } from 'node:readline/promises';
import { jsonLine } from '@radweave/artifacts';
import {
  ConsentNeeded,
  NativeNotBuiltError,
  PLATFORM_NAMES,
  readNativeRecord,
  type SetupOptions,
  type SetupResult,
} from '@radweave/native/setup';
import type { StageEvent } from '@radweave/pipeline';
import { and } from '@radweave/remarks';
import { Option } from 'commander';
import { UserError } from '../exit-codes.ts';
import { downloadOnly, setup } from '../library/setup.ts';
import type { Define } from './define.ts';

interface Flags extends SetupOptions {
  download_only?: string;
  for?: string;
  json?: boolean;
}

export const define: Define = (command) => {
  command
    .option(
      '--libtorch <folder>',
      'Use this libtorch, now and in later set-ups; pinned: the one that set-up fetches; auto: what it finds',
    )
    .addOption(
      new Option(
        '--engine <devices>',
        'Devices that libtorch is for; by default those of the machine',
      ).choices(['cpu', 'cuda']),
    )
    .option('--yes', 'Fetch gigabytes without asking')
    .option('--download_only <folder>', 'Fetch libtorch into a folder, for a machine without internet')
    .addOption(
      new Option(
        '--for <platform>',
        'Platform of that machine, such as linux-x64, with --download_only',
      ).choices(PLATFORM_NAMES),
    )
    .option(
      '--from <path>',
      'Take libtorch from a folder that --download_only made, or from a wheel of torch',
    )
    .option('--json', 'Print the result as JSON')
    .action(async ({ json, download_only: folder, for: platform, ...options }: Flags) => {
      refuseTogether({ '--libtorch': options.libtorch, '--from': options.from, '--download_only': folder });
      if (platform !== undefined && folder === undefined) {
        throw new UserError('--for can only be used together with --download_only');
      }
      if (folder !== undefined) {
        const { engine } = options;
        const wanted = { ...(engine && { engine }), ...(platform && { platform }) };
        const fetched = await downloadOnly(folder, wanted, told);
        if (json) process.stdout.write(jsonLine(fetched));
        return;
      }
      const result = await setUpOrAsk(options);
      if (json) process.stdout.write(jsonLine(result));
    });
};

/** Sets up where that was not done before: a demonstration is the first that a new user starts. */
export async function setUpOnce(): Promise<void> {
  try {
    readNativeRecord();
  } catch (error) {
    if (!(error instanceof NativeNotBuiltError)) throw error;
    say(`Setting up first: ${error.reason}.`);
    await setUpOrAsk({});
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

const told = {
  onEvent: (event: StageEvent): void => {
    if (event.kind === 'log') say(event.text);
  },
};

/** Of several sources of libtorch only one can be named, and by more than an unset variable of the shell. */
function refuseTogether(flags: Record<string, string | undefined>): void {
  const given = Object.keys(flags).filter((name) => flags[name] !== undefined);
  const empty = given.find((name) => flags[name] === '');
  if (empty !== undefined) throw new UserError(`${empty} is empty: give it a value, or leave it out`);
  if (given.length > 1) throw new UserError(`${and(given)} cannot be given together`);
}

/** Gigabytes are fetched after a question; who is not a person at a terminal gets the error that names `--yes`. */
async function setUpOrAsk(options: SetupOptions): Promise<SetupResult> {
  try {
    return await setup(options, told);
  } catch (error) {
    if (!(error instanceof ConsentNeeded) || !process.stdin.isTTY || !process.stderr.isTTY) throw error;
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(`${error.question} [y/N] `).finally(() => terminal.close());
    if (!/^y(es)?$/i.test(answer.trim())) throw error;
    return await setup({ ...options, yes: true }, told);
  }
}
