import {
  type AuditCheck,
  type AuditFinding,
  type AuditGap,
  DataError,
  damageOf,
  groupBy,
} from '@radweave/artifacts';
import { distinct, type Part, type Remark, remark, several } from '@radweave/remarks';
import { auditCase, type CheckReport, finding } from './check.ts';
import type { Check, CheckTools } from './checks.ts';
import type { AuditSubject } from './subject.ts';

/** A check's outcome, with everything it found. */
export interface PerformedCheck {
  check: AuditCheck;
  findings: AuditFinding[];
  gaps: AuditGap[];
}

/**
 * Runs a check. A damaged file does not hide what other checks find.
 *
 * @param told of files that cannot be read: a finding of the first check that meets one, and a gap of every other.
 */
export async function performCheck(
  { name, run }: Check,
  subject: AuditSubject,
  tools: CheckTools,
  told: Set<string>,
): Promise<PerformedCheck> {
  const report = withDamage(await reportOf(() => run(subject, tools)), subject, told);
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
    return { looked: null, found: [], gaps: [damageOf(error)] };
  }
}

/** A damaged file, or an image that cannot be decoded, might hide a leak: that is a warning. */
function withDamage(report: CheckReport, { config }: AuditSubject, told: Set<string>): CheckReport {
  const damaged = report.gaps.flatMap((gap) => {
    const file = damagedFile(gap, config.experiment.output_dir);
    if (file === null || told.has(gap.text)) return [];
    told.add(gap.text);
    return [{ file, text: gap.text }];
  });
  const unreadable = [...groupBy(damaged, ({ file }) => file)].flatMap(([file, own]) =>
    finding(
      remark('WARN_UNREADABLE'),
      own.map(({ text }) => auditCase([], text)),
      file,
      'Make such files again, or remove them, and audit again; images that were moved: radweave preprocess',
    ),
  );
  return { ...report, found: [...report.found, ...unreadable] };
}

/** The first file that a gap is about, where it is one of damage: of itself, or of the weights that a network was started from. */
function damagedFile(gap: Part, elsewhere: string): string | null {
  if (gap.code === 'audit-silent-start') return damagedFile(gap.params.reason, elsewhere);
  if (gap.code === 'fault') return elsewhere;
  const isOfDamage =
    gap.code === 'audit-unreadable' ||
    gap.code === 'audit-undecodable' ||
    gap.code === 'audit-damaged-features';
  return isOfDamage ? gap.params.file : null;
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
  const seen = several([looked, ...named]);
  // The outcome says it already of a check that looked at nothing.
  if (seen === null) return several(reasons) ?? remark('audit-nothing');
  return reasons.length === 0
    ? seen
    : remark('several', { parts: [seen, remark('audit-not-checked', { reasons })] });
}
