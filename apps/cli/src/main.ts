import { createRequire } from 'node:module';
import { refuseAddresses, refuseWindowsPaths } from '@radweave/artifacts';
import { Command, CommanderError } from 'commander';
import { forThisStudy, ofThisLine, rememberCommandLine } from './command-line.ts';
import { COMMANDS } from './commands/index.ts';
import { continueCommand, shortProgram, thisStart } from './continue-command.ts';
import { EXIT } from './exit-codes.ts';
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
    await program.parseAsync(normaliseFlags(knownCommandOnly(args)), { from: 'user' });
    return EXIT.done;
  } catch (error) {
    // Commander has printed its message already; asking for help or the version is not an error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { explainFileError } = await import('@radweave/artifacts');
    const code = reportError(explainFileError(error), args.includes('--debug'), (text) =>
      process.stderr.write(forThisStudy(text)),
    );
    if (code === EXIT.interrupted && !Object(error).isOthers) {
      // The demonstration is made again each time.
      const what = args.includes('demo') ? 'To start again' : 'To continue';
      process.stderr.write(`${what}: ${toContinue(args, error)}\n`);
    }
    return code;
  }
}

/** Help of a command that there is not would be that of the program: the name alone is told to be unknown. */
function knownCommandOnly(args: readonly string[]): readonly string[] {
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  const name = first === 'help' ? second : first;
  const names = Object.values(COMMANDS).flatMap((entries) => entries.map((entry) => entry.name));
  return name === undefined || name === 'help' || names.includes(name) ? args : [name];
}

function toContinue(args: readonly string[], error: unknown): string {
  const run: unknown = Object(error).run;
  return continueCommand(args, typeof run === 'string' ? run : undefined, thisStart());
}

/** The program with the options of the command that is typed; the other commands have names only. */
export async function build(args: readonly string[]): Promise<Command> {
  const { version }: { version: string } = createRequire(import.meta.url)('../package.json');
  const program = new Command('radweave')
    .description('Feature extraction and classification of multimodal medical images.')
    .version(version, '-V, --version', 'Print the version')
    .helpOption(...HELP)
    .option('--debug', DEBUG)
    .configureHelp({ optionDescription: ({ description }) => description })
    .configureOutput({ outputError: (text, write) => write(ofThisLine(text, program)) })
    .showHelpAfterError('Options and examples: radweave --help')
    .exitOverride()
    .hook('preAction', (_, action) => {
      const flags = Object.entries(action.opts()).map(([name, value]) => [`--${name}`, value]);
      refuseWindowsPaths(Object.fromEntries(flags));
      refuseAddresses(Object.fromEntries(flags));
    });
  for (const [heading, entries] of Object.entries(COMMANDS)) {
    program.commandsGroup(`${heading}:`);
    for (const { name, summary, examples, load } of entries) {
      const command = program.command(name).description(summary);
      if (args.includes(name)) (await load()).define(command);
      command.option('--debug', DEBUG).helpOption(...HELP);
      showExamples(command, name, examples);
      askForRequiredLast(command);
    }
  }
  return program.helpCommand('help [command]', 'show the options and examples of a command');
}

const HELP = ['-h, --help', 'Show this help'] as const;
const DEBUG = 'Show the code and the stack of every error';

/** Of a command and of those below it, whose examples begin with their names. */
function showExamples(command: Command, name: string, examples: readonly string[]): void {
  const start = `${shortProgram(thisStart())} ${name}`;
  const shown = examples.map((flags) => `  ${start} ${flags}`.trimEnd()).join('\n');
  command
    .showHelpAfterError(`Options and examples: ${start} --help`)
    .addHelpText('after', `\nExamples:\n${shown}`);
  for (const own of command.commands) {
    const named = `${own.name()} `;
    const ofOwn = examples.filter((one) => one.startsWith(named)).map((one) => one.slice(named.length));
    showExamples(own, `${name} ${own.name()}`, ofOwn);
  }
}

/**
 * Spells flags in snake_case, as the options are declared: `--batch-size` and `--batch_size` are the same. What follows
 * `--` or `=` stays as typed.
 */
export function normaliseFlags(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((arg, i) => {
    if (!arg.startsWith('--') || (end !== -1 && i >= end)) return arg;
    const [name = '', ...value] = arg.split('=');
    return [`--${name.slice(2).replaceAll('-', '_')}`, ...value].join('=');
  });
}

/** Asks for required options after unknown ones are refused: who misspells an option lacks the one that was meant. */
function askForRequiredLast(command: Command): void {
  for (const one of command.commands) askForRequiredLast(one);
  const required = command.options.filter(({ mandatory }) => mandatory);
  for (const option of required) option.makeOptionMandatory(false);
  command.hook('preAction', (_, action) => {
    const lacking = required.find((option) => action.getOptionValue(option.attributeName()) === undefined);
    if (action !== command || lacking === undefined) return;
    command.error(`error: required option '${lacking.flags}' not specified`, {
      code: 'commander.missingMandatoryOptionValue',
    });
  });
}
