import { type AuditCase, type AuditFinding, type AuditSeverity, DataError } from '@radweave/artifacts';

/** Cases that a finding lists; all are counted. */
const LISTED = 20;

/** A finding before it is told which check found it. */
export type Found = Omit<AuditFinding, 'check'>;

/** What a check has to say. */
export interface CheckReport {
  /** What was looked at, in words; null when there was nothing to look at. */
  looked: string | null;
  found: Found[];
  /** What could not be looked at, and why. */
  gaps: string[];
  /** Files that are there and cannot be read. */
  faults?: string[];
}

/** A kind of finding. */
export interface FindingKind {
  code: string;
  severity: AuditSeverity;
  what: string;
  where: string;
  hint: string;
}

/** A finding of these cases, or none when there are none. */
export function finding(kind: FindingKind, cases: readonly AuditCase[], isAtLeast = false): Found[] {
  if (cases.length === 0) return [];
  return [{ ...kind, count: cases.length, at_least: isAtLeast, cases: cases.slice(0, LISTED) }];
}

/** A case in which nothing was measured. */
export function auditCase(patients: readonly string[], detail: string): AuditCase {
  return { patients: [...patients], detail, distance: null, correlation: null };
}

/** Reads something; a damaged file goes to `faults`, so that it hides nothing that other files show. */
export function attempt<T>(faults: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    faults.push(error.message);
    return undefined;
  }
}

/** `1 patient`, `2 patients`. */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
