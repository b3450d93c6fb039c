import type { ErrorCode } from './error-codes.ts';
import { DataError, type ErrorDetails, type RadweaveError } from './errors.ts';

/** One fault found in the user's data or configuration. */
interface Issue {
  /** A stable name such as `E_CSV_CELL`. */
  readonly code: ErrorCode;
  readonly text: string;
  /** File, row or key. */
  readonly where?: string | undefined;
  readonly hint?: string | undefined;
}

/** How many faults an error message lists in full. */
export const SHOWN = 20;

/** One line for people: `text (where). hint`. */
function formatIssue(issue: Issue): string {
  const where = issue.where === undefined ? '' : ` (${issue.where})`;
  const hint = issue.hint === undefined ? '' : `. ${issue.hint}`;
  return `${issue.text}${where}${hint}`;
}

type ErrorClass = new (code: ErrorCode, what: string, details?: ErrorDetails) => RadweaveError;

/** Gathers faults so that the user sees all of them in one run. */
export class IssueCollector {
  /** The first ones: a table may have as many faults as rows. */
  readonly #issues: Issue[] = [];
  #count = 0;

  error(code: ErrorCode, text: string, where?: string, hint?: string): void {
    if (this.#count++ < SHOWN) this.#issues.push({ code, text, where, hint });
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Throws one error that lists every fault (the first 20 in full), if there is any.
   *
   * @param heading What was being read or checked, for the first line.
   * @param kind The class to throw; its code is that of the first fault.
   * @param hint How to fix those that do not say it.
   */
  throwIfErrors(heading: string, kind: ErrorClass = DataError, hint?: string): void {
    const errors = this.#issues;
    const [first] = errors;
    if (first === undefined) return;
    if (this.#count === 1) {
      throw new kind(first.code, `${heading}: ${first.text}`, {
        where: first.where,
        hint: first.hint ?? hint,
      });
    }
    const lines = errors.map((issue) => `  - ${formatIssue(issue)}`);
    if (this.#count > SHOWN) lines.push(`  … and ${this.#count - SHOWN} more`);
    throw new kind(first.code, `${heading}: ${this.#count} errors\n${lines.join('\n')}`, { hint });
  }
}
