import { join } from 'node:path';
import { type AuditRecord, type Config, readAuditRecord } from '@radweave/artifacts';
import { expect } from 'vitest';
import type { AuditOptions } from '../work/audit.ts';
import { untranslated } from './untranslated.test.data.ts';

export const asked = (config: Config, more: Partial<AuditOptions> = {}): AuditOptions => ({
  config,
  modalities: ['A', 'P'],
  strict: false,
  nearDuplicateDistance: 4,
  pixels: true,
  ...more,
});

/** What is wrong with a file that cannot be read is the reader's own message, in English. */
export const damagedRecord = (config: Config): AuditRecord =>
  readAuditRecord(join(config.experiment.output_dir, 'audit', 'audit.json'));

export function recordOf(config: Config): AuditRecord {
  const record = damagedRecord(config);
  expect(untranslated(record.checks.map(({ detail }) => detail))).toEqual([]);
  return record;
}

export const codes = ({ findings }: AuditRecord): string[] => findings.map(({ code }) => code);
