import type { ErrorCode } from './error-codes.ts';

/** Process exit codes of the command line. 0 is success and 1 a bug, so neither belongs to an error a user can fix. */
export type ExitCode = 2 | 3 | 4 | 5;

/** Of a line of a message: what stands in a file or was typed may be endless. */
const LONGEST_LINE = 1000;

/** A text for people, with an end. */
export function cutLines(text: string): string {
  return text.replaceAll(new RegExp(`(.{${LONGEST_LINE}}).+`, 'g'), '$1…');
}

/** The hint for a file that is damaged: somebody may have edited it, or a program may have been stopped while it wrote. */
export const RESTORE = 'Correct it, restore it from a copy, or run the command that wrote it again';

/** Where a fault lies and how to fix it. */
export interface ErrorDetails {
  /** File, row, key or flag. */
  readonly where?: string | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * A fault that the user can understand and fix. Everything else that is thrown is a bug.
 *
 * The message reads `what (where). hint`; the parts stay available for `--json` and the dashboard.
 */
export class RadweaveError extends Error {
  override readonly name: string = 'RadweaveError';
  /** A stable name such as `E_CSV_COLUMNS`, listed in docs/errors.md and safe to search for. */
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly what: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor(exitCode: ExitCode, code: ErrorCode, what: string, details: ErrorDetails = {}) {
    const shown = cutLines(what);
    const place = details.where === undefined ? undefined : cutLines(details.where);
    const where = place === undefined ? '' : ` (${place})`;
    const hint = details.hint === undefined ? '' : `. ${details.hint}`;
    super(`${shown}${where}${hint}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.exitCode = exitCode;
    this.code = code;
    this.what = shown;
    this.where = place;
    this.hint = details.hint;
  }

  /** What is wrong, or the first of it, in one line without place and remedy. */
  get fault(): string {
    return this.what.split(/\n +- /, 2).join(', such as ');
  }
}

/** Bad flags or bad configuration: exit code 2. */
export class UsageError extends RadweaveError {
  override readonly name = 'UsageError';

  constructor(code: ErrorCode, what: string, details?: ErrorDetails) {
    super(2, code, what, details);
  }
}

/** Bad data: exit code 3. */
export class DataError extends RadweaveError {
  override readonly name = 'DataError';

  constructor(code: ErrorCode, what: string, details?: ErrorDetails) {
    super(3, code, what, details);
  }
}

/** Stopped by the user and resumable: exit code 4. */
export class InterruptedError extends RadweaveError {
  override readonly name = 'InterruptedError';
  /** The training run to resume; undefined where the same call continues. */
  readonly run: string | undefined;

  constructor(
    what: string,
    hint?: string,
    {
      run,
      code = 'E_INTERRUPTED',
      cause,
    }: { run?: string | undefined; code?: ErrorCode; cause?: unknown } = {},
  ) {
    super(4, code, what, { hint, cause });
    this.run = run;
  }
}

/** Something the machine lacks (weights, device, disk, permission): exit code 5. */
export class ResourceError extends RadweaveError {
  override readonly name = 'ResourceError';

  constructor(code: ErrorCode, what: string, details?: ErrorDetails) {
    super(5, code, what, details);
  }
}

/** Whether the system refused to write, for want of permission or on a read-only disk. */
export function isForbidden(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '');
}

/** The `code` of a Node.js system error (`ENOENT`, `ENOSPC`, …), or of one that was explained; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof RadweaveError) return systemCode(error.cause);
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
