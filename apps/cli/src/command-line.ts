import type { Command } from 'commander';
import { thisStart } from './continue-command.ts';
import { inOwnFlags, otherwiseSaid } from './own-flags.ts';
import type { Settings } from './split-flags.ts';
import { completeCommands } from './study-commands.ts';

/** What the user typed after the program's name: a process has one command line. */
let typed: readonly string[] = [];

/** The settings of that command line; undefined until they are read. */
let settings: Settings | undefined;

/** Keeps what was typed, for the messages that name commands. */
export function rememberCommandLine(args: readonly string[]): void {
  typed = args;
  settings = undefined;
}

export function rememberSettings(read: Settings): void {
  settings = read;
}

/** A message whose flags are those of the command that was typed, and whose commands are about its study. */
export function forThisStudy(text: string): string {
  return completeCommands(inOwnFlags(text, typed), typed, thisStart(), settings);
}

/** What the parser of a program says of a wrong command line. */
export function ofThisLine(text: string, program: Command): string {
  return otherwiseSaid(text.replace(/^error:/, 'Error:'), typed, program);
}
