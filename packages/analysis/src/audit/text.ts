import type { AuditCase, AuditFinding, AuditRecord } from '@radweave/artifacts';
import { readFileSync } from '@radweave/artifacts/files';
import { counted } from '@radweave/remarks';

const VERDICTS: Readonly<Record<AuditRecord['verdict'], string>> = {
  leak: 'LEAK: results of these data must not be reported',
  warning: 'No leak was found; there are warnings',
  passed: 'No leak was found',
};

/** `audit.txt`: the record for people. */
export function auditText(record: AuditRecord): string {
  const { verdict, modalities, splits_dir, checks, findings, not_checked } = record;
  const width = Math.max(...checks.map(({ name }) => name.length));
  return [
    VERDICTS[verdict],
    `${modalities.length === 1 ? 'Modality' : 'Modalities'} ${modalities.join(', ')}; splits in ${splits_dir}`,
    '',
    ...checks.map(
      ({ name, outcome, detail }) => `${name.padEnd(width)}  ${outcome.padEnd(14)}  ${detail.text}`,
    ),
    ...findings.flatMap(findingText),
    ...(not_checked.length === 0
      ? []
      : ['', 'Not checked', ...not_checked.map(({ check, reason }) => `  ${check}: ${reason.text}`)]),
    '',
  ].join('\n');
}

/** Whether a file is an audit for people, or an empty one. */
export function isAuditText(path: string): boolean {
  const text = readFileSync(path, 'utf8');
  return text === '' || Object.values(VERDICTS).some((verdict) => text.startsWith(verdict));
}

/** Whom a case is of, and what is known of it. */
export function caseText({ patients, detail }: AuditCase): string {
  return [patients.join(', '), detail].filter(Boolean).join(': ');
}

function findingText(finding: AuditFinding): string[] {
  const { severity, code, what, where, hint, count, at_least, cases } = finding;
  const left = count - cases.length;
  return [
    '',
    `${severity.toUpperCase()} ${code}: ${what.text}`,
    `  ${at_least ? 'at least ' : ''}${counted(count, 'case')} (${where})`,
    `  ${hint}`,
    ...cases.map((one) => `  - ${caseText(one)}`),
    ...(left > 0 ? [`  - and ${left} more`] : []),
  ];
}
