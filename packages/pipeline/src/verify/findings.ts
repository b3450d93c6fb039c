/** One place where what was saved and what was computed again are not the same. */
export interface Difference {
  /** File, with forward slashes. */
  file: string;
  /** Line and patient of a table, row of an array; empty for JSON and whole files. */
  row: string;
  /** Column, or path within JSON; empty for whole rows and files. */
  column: string;
  saved: string;
  now: string;
}

export class Findings {
  /** What was compared, and how. */
  readonly compared: string[] = [];
  readonly differences: Difference[] = [];
  /** What the run had and has no longer, so that it could not be compared. */
  readonly missing: string[] = [];
  /** What could not be compared though nothing is missing, and why. */
  readonly unverified: string[] = [];
  /** Worth knowing, but no difference. */
  readonly remarks: string[] = [];

  differ(file: string, row: string, column: string, saved: unknown, now: unknown): void {
    this.differences.push({ file, row, column, saved: shown(saved), now: shown(now) });
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}
