import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { remark } from '@radweave/remarks';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { type AuditRecord, readAuditRecord, writeAuditRecord } from './record.ts';

const RECORD: AuditRecord = {
  format: 1,
  verdict: 'warning',
  findings_by_severity: { leak: 0, warning: 1, info: 0 },
  modalities: ['A'],
  splits_dir: 'data/splits',
  split_hash: null,
  near_duplicate_distance: null,
  checks: [],
  findings: [
    {
      check: 'labels',
      code: 'LABEL',
      severity: 'warning',
      what: remark('LEAK_LABEL_CONFLICT'),
      where: 'cohort.csv',
      hint: 'Correct one',
      count: 1,
      at_least: false,
      cases: [],
    },
  ],
  not_checked: [],
  versions: {},
};

test('an audit comes back as it was written, also from a file that calls the hint `mend`', () => {
  const path = join(tempDir(), 'audit.json');
  writeAuditRecord(path, RECORD);
  expect(readAuditRecord(path)).toEqual(RECORD);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"hint"', '"mend"'));
  expect(readAuditRecord(path)).toEqual(RECORD);
});
