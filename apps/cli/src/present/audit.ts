import { type AuditRecord, auditFiles, auditFolder, readAuditRecord } from '@radweave/artifacts';
import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'audit'> = {
  written: {
    code: 'E_LEAK',
    read: (config) => {
      const files = auditFiles(auditFolder(config));
      const record = readAuditRecord(files.record);
      return { json: record, text: summary(record, files.text) };
    },
  },
};

const VERDICTS: Readonly<Record<AuditRecord['verdict'], string>> = {
  leak: 'There are leaks.',
  warning: 'No leak was found; see the warnings.',
  passed: 'No leak was found.',
};

function summary({ checks, verdict, findings, not_checked }: AuditRecord, textFile: string): string {
  const rows = checks.map(({ name, outcome }) => {
    const own = findings.filter(({ check, severity }) => check === name && severity !== 'info');
    const cases = own.reduce((sum, { count }) => sum + count, 0);
    return [name, outcome, cases, not_checked.some(({ check }) => check === name) ? 'in part or whole' : ''];
  });
  const all = table(['check', 'outcome', 'cases', 'not checked'], rows);
  return `${all}\n${VERDICTS[verdict]} Details: ${textFile}\n`;
}
