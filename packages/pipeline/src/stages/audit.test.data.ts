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

/** The record of an audit, whose every outcome must follow from the findings that it lists. */
export function soundAudit(path: string): AuditRecord {
  const record = readAuditRecord(path);
  const told = (severity: string, check?: string): boolean =>
    record.findings.some((one) => one.severity === severity && (check ?? one.check) === one.check);
  const worst = (check?: string) => (['leak', 'warning'] as const).find((one) => told(one, check)) ?? 'none';
  const outcomes = record.checks.map(({ name, outcome }) => [
    name,
    outcome.replace(/passed|.*checked/, 'none'),
  ]);
  expect(outcomes).toEqual(record.checks.map(({ name }) => [name, worst(name)]));
  expect(record.verdict.replace('passed', 'none')).toBe(worst());
  return record;
}

/** What is wrong with a file that cannot be read is the reader's own message, in English. */
export const damagedRecord = (config: Config): AuditRecord =>
  soundAudit(join(config.experiment.output_dir, 'audit', 'audit.json'));

export function recordOf(config: Config): AuditRecord {
  const record = damagedRecord(config);
  expect(untranslated(record.checks.map(({ detail }) => detail))).toEqual([]);
  return record;
}

export const codes = ({ findings }: AuditRecord): string[] => findings.map(({ code }) => code);
