import { EXIT, exitCodeOf } from './exit-codes.ts';

/**
 * Prints an error for people.
 *
 * @param debug whether to show the code and the stack of a user's error too; a bug's is always shown.
 * @returns the exit code.
 */
export function reportError(error: unknown, debug: boolean, print: (text: string) => void): number {
  const exitCode = exitCodeOf(error);
  if (exitCode !== undefined && error instanceof Error) {
    const code = 'code' in error ? `${error.code}\n` : '';
    print(`${debug ? code + (error.stack ?? error.message) : `Error: ${error.message}`}\n`);
    return exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  print(`This is a bug in Radweave; please report it with the lines below.\n${text}\n`);
  return EXIT.bug;
}
