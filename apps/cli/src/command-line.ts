import { thisStart } from './continue-command.ts';
import { completeCommands } from './study-commands.ts';

/** What the user typed after the program's name: a process has one command line. */
let typed: readonly string[] = [];

/** Keeps what was typed, for the messages that name commands. */
export function rememberCommandLine(args: readonly string[]): void {
  typed = args;
}

/** A message whose commands are about the study of this command line. */
export function forThisStudy(text: string): string {
  return completeCommands(text, typed, thisStart());
}
