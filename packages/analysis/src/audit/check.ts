import {
  type AuditCase,
  type AuditFinding,
  type AuditSeverity,
  DataError,
  damageOf,
} from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';

/** Cases that a finding lists; all are counted. */
const LISTED = 20;

/** A finding before it is told which check found it. */
export type Found = Omit<AuditFinding, 'check'>;

export interface CheckReport {
  /** What was looked at; null when there was nothing to look at. */
  looked: Remark | null;
  found: Found[];
  /** What could not be looked at, and why; {@link damageOf} where a file is there and cannot be read. */
  gaps: Remark[];
}

export const NO_PIXELS: CheckReport = { looked: null, found: [], gaps: [remark('audit-no-pixels')] };

function severityOf(code: string): AuditSeverity {
  if (code.startsWith('LEAK_')) return 'leak';
  return code.startsWith('WARN_') ? 'warning' : 'info';
}

/**
 * A finding of these cases, or none when there are none.
 *
 * @param what its code begins with how severe it is: `LEAK_`, `WARN_` or `INFO_`.
 * @param isAtLeast whether there are more cases than these.
 */
export function finding(
  what: Remark,
  cases: readonly AuditCase[],
  where: string,
  hint: string,
  isAtLeast = false,
): Found[] {
  if (cases.length === 0) return [];
  const { code } = what;
  const severity = severityOf(code);
  const listed = { count: cases.length, at_least: isAtLeast, cases: cases.slice(0, LISTED) };
  return [{ code, what, severity, where, hint, ...listed }];
}

/** A case in which nothing was measured. */
export function auditCase(patients: readonly string[], detail: string): AuditCase {
  return { patients: [...patients], detail, distance: null, correlation: null };
}

/** Reads something; a damaged file is a gap, so that it hides nothing that other files show. */
export function attempt<T>(gaps: Remark[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    gaps.push(damageOf(error));
    return undefined;
  }
}
