import { type ErrorCode, type ExitCode, RadweaveError } from '@radweave/artifacts';

/** What a process has made, or why it could not. */
export type Attempt<T> = { value: T } | { error: unknown };

/** The same as one process tells it to another, in JSON. */
export type Told<T> = { value: T } | { fault: Record<string, unknown> };

export function attempt<T>(body: () => T): Attempt<T> {
  try {
    return { value: body() };
  } catch (error) {
    return { error };
  }
}

export async function attemptLater<T>(body: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await body() };
  } catch (error) {
    return { error };
  }
}

/** @throws what went wrong. */
export function resultIn<T>(made: Attempt<T>): T {
  if ('error' in made) throw made.error;
  return made.value;
}

export function toldOf<T>(made: Attempt<T>): Told<T> {
  if ('value' in made) return made;
  const { error } = made;
  // A system error has its code, which says what to do, in fields of its own.
  return {
    fault: error instanceof Error ? { ...error, message: error.message } : { message: String(error) },
  };
}

/** @param rank of the process that told it. */
export function heardOf<T>(told: Told<T>, rank: number): Attempt<T> {
  if ('value' in told) return told;
  const { exitCode, code, what, where, hint, message, cause, ...rest } = told.fault;
  const by = (text: unknown): string => `process ${rank}: ${text}`;
  if (typeof exitCode !== 'number')
    return { error: Object.assign(new Error(by(message)), { ...rest, code }) };
  const details = { where, hint } as { where?: string; hint?: string };
  return { error: new RadweaveError(exitCode as ExitCode, code as ErrorCode, by(what ?? message), details) };
}
