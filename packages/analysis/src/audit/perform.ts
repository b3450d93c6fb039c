import { type AuditCheck, type AuditFinding, type AuditGap, DataError } from '@radweave/artifacts';
import { asWritten, distinct, type Part, type Remark, remark, several } from '@radweave/remarks';
import { auditCase, type CheckReport, finding } from './check.ts';
import type { Check, CheckTools } from './checks.ts';
import type { AuditSubject } from './subject.ts';

/** A check's outcome, with everything it found. */
export interface PerformedCheck {
  check: AuditCheck;
  findings: AuditFinding[];
  gaps: AuditGap[];
}

/** Runs a check. A damaged file does not hide what other checks find. */
export async function performCheck(
  { name, run }: Check,
  subject: AuditSubject,
  tools: CheckTools,
): Promise<PerformedCheck> {
  const report = withDamage(await reportOf(() => run(subject, tools)), subject);
  const findings = report.found.map((one): AuditFinding => ({ check: name, ...one }));
  const reasons = distinct(report.gaps);
  if (report.looked === null && reasons.length === 0) reasons.push(remark('audit-nothing'));
  const gaps = reasons.map((reason) => ({ check: name, reason }));
  return {
    check: { name, outcome: outcomeOf(report, reasons), detail: detailOf(report, reasons) },
    findings,
    gaps,
  };
}

async function reportOf(run: () => CheckReport | Promise<CheckReport>): Promise<CheckReport> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { looked: null, found: [], gaps: [asWritten(error.fault)] };
  }
}

/** A damaged file, or an image that cannot be decoded, might hide a leak: that is a warning. */
function withDamage(report: CheckReport, { config }: AuditSubject): CheckReport {
  const damaged = report.gaps.filter(isOfDamage);
  const unreadable = finding(
    remark('WARN_UNREADABLE'),
    damaged.map(({ text }) => auditCase([], text)),
    config.experiment.output_dir,
    'Make these files again, or remove them, and audit again; images that were moved: radweave preprocess',
  );
  return { ...report, found: [...report.found, ...unreadable] };
}

/** Of itself, or of the weights that a network was started from. */
function isOfDamage(gap: Part): boolean {
  if (gap.code === 'audit-silent-start') return isOfDamage(gap.params.reason);
  return ['as-written', 'audit-undecodable', 'audit-damaged-features'].includes(gap.code);
}

/** A check that could not look at all of it has not passed. */
function outcomeOf({ looked, found }: CheckReport, gaps: readonly Remark[]): AuditCheck['outcome'] {
  const has = (severity: AuditFinding['severity']): boolean =>
    found.some((finding) => finding.severity === severity);
  if (has('leak')) return 'leak';
  if (has('warning')) return 'warning';
  if (looked === null) return 'not checked';
  return gaps.length === 0 ? 'passed' : 'partly checked';
}

function detailOf({ looked, found }: CheckReport, reasons: readonly Remark[]): Remark {
  const named = found.map(({ what, count, at_least }) =>
    remark('audit-found', { what, n: count, isAtLeast: at_least }),
  );
  const unseen = reasons.length === 0 ? null : remark('audit-not-checked', { reasons });
  return several([looked, ...named, unseen]) ?? remark('audit-nothing');
}
