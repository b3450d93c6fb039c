/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  data: 3,
  interrupted: 4,
  missing: 5,
} as const;

/** A user's error: the message says what, where and how to fix it. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * The exit code an error asks for, or undefined when it is a bug. Packages below know nothing of the command line: an
 * error that a user can fix has a numeric `exitCode` from 2 to 5 (set-up's, which depend on no package, call it `code`).
 */
export function exitCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { exitCode, code } = error as { exitCode?: unknown; code?: unknown };
  return [exitCode, code].find(
    (value): value is number => typeof value === 'number' && value >= EXIT.usage && value <= EXIT.missing,
  );
}
