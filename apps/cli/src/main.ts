import { createRequire } from 'node:module';
import { refuseWindowsPaths } from '@radweave/artifacts';
import { Command, CommanderError } from 'commander';
import { forThisStudy, rememberCommandLine } from './command-line.ts';
import { COMMANDS } from './commands/index.ts';
import { continueCommand, thisStart } from './continue-command.ts';
import { EXIT } from './exit-codes.ts';
import { normaliseFlags } from './normalise-flags.ts';
import { reportError } from './report-error.ts';
import { ignoreHangUpUnderNohup } from './stage/hang-up.ts';
import { outliveStreams } from './streams.ts';

/**
 * Runs one command line.
 *
 * @param args what follows the program's name.
 * @returns the exit code; nothing is thrown.
 */
export async function main(args: readonly string[]): Promise<number> {
  ignoreHangUpUnderNohup();
  outliveStreams();
  rememberCommandLine(args);
  try {
    const program = await build(args);
    await program.parseAsync(normaliseFlags(args), { from: 'user' });
    return EXIT.done;
  } catch (error) {
    // Commander has printed its message already; asking for help or the version is no fault.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { explainFileError } = await import('@radweave/artifacts');
    const code = reportError(explainFileError(error), args.includes('--debug'), (text) =>
      process.stderr.write(forThisStudy(text)),
    );
    if (code === EXIT.interrupted) {
      // The demonstration is made anew each time.
      const what = args.includes('demo') ? 'To start again' : 'To continue';
      process.stderr.write(`${what}: ${toContinue(args, error)}\n`);
    }
    return code;
  }
}

function toContinue(args: readonly string[], error: unknown): string {
  const run: unknown = Object(error).run;
  return continueCommand(args, typeof run === 'string' ? run : undefined, thisStart());
}

async function build(args: readonly string[]): Promise<Command> {
  const { version }: { version: string } = createRequire(import.meta.url)('../package.json');
  const program = new Command('radweave')
    .description('Feature extraction and classification of multimodal medical images.')
    .version(version)
    .option('--debug', 'show the code and the stack of every error')
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    .hook('preAction', (_, action) => {
      const flags = Object.entries(action.opts()).map(([name, value]) => [`--${name}`, value]);
      refuseWindowsPaths(Object.fromEntries(flags));
    });
  for (const { name, summary, load } of COMMANDS) {
    const command = program
      .command(name)
      .description(summary)
      .option('--debug', 'show the code and the stack of every error');
    if (args.includes(name)) (await load()).define(command);
  }
  return program;
}
