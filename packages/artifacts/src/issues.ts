import type { ErrorCode } from './error-codes.ts';
import { DataError, type ErrorDetails, type RadweaveError } from './errors.ts';

/** One fault found in the user's data or configuration. */
interface Issue {
  /** A stable name such as `E_CSV_CELL`. */
  readonly code: ErrorCode;
  readonly text: string;
  /** File, row or key. */
  readonly place?: string | undefined;
  /** How to mend it. */
  readonly remedy?: string | undefined;
}

/** How many faults an error message lists in full. */
const SHOWN = 20;

/** One line for people: `text (place). remedy`. */
function formatIssue(issue: Issue): string {
  const place = issue.place === undefined ? '' : ` (${issue.place})`;
  const remedy = issue.remedy === undefined ? '' : `. ${issue.remedy}`;
  return `${issue.text}${place}${remedy}`;
}

type ErrorClass = new (code: ErrorCode, what: string, details?: ErrorDetails) => RadweaveError;

/** Gathers faults so that the user sees all of them in one run. */
export class IssueCollector {
  readonly #issues: Issue[] = [];

  error(code: ErrorCode, text: string, place?: string, remedy?: string): void {
    this.#issues.push({ code, text, place, remedy });
  }

  /**
   * Throws one error that lists every fault (the first 20 in full), if there is any.
   *
   * @param heading What was being read or checked, for the first line.
   * @param kind The class to throw; its code is that of the first fault.
   * @param mend How to mend those that do not say it.
   */
  throwIfErrors(heading: string, kind: ErrorClass = DataError, mend?: string): void {
    const errors = this.#issues;
    const [first] = errors;
    if (first === undefined) return;
    if (errors.length === 1) {
      throw new kind(first.code, `${heading}: ${first.text}`, {
        where: first.place,
        mend: first.remedy ?? mend,
      });
    }
    const lines = errors.slice(0, SHOWN).map((issue) => `  - ${formatIssue(issue)}`);
    if (errors.length > SHOWN) lines.push(`  … and ${errors.length - SHOWN} more`);
    throw new kind(first.code, `${heading}: ${errors.length} errors\n${lines.join('\n')}`, { mend });
  }
}
