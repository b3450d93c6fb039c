import { z } from 'zod';
import { readJson, writeJson } from '../json.ts';
import type { AuditRecord } from './types.ts';

const whole = z.int().min(0);
const severity = z.enum(['leak', 'warning', 'info']);

const finding = z.object({
  check: z.string().min(1),
  code: z.string().min(1),
  severity,
  what: z.string().min(1),
  where: z.string(),
  hint: z.string(),
  count: whole,
  at_least: z.boolean(),
  cases: z.array(
    z.object({
      patients: z.array(z.string()),
      detail: z.string(),
      distance: whole.nullable(),
      correlation: z.number().nullable(),
    }),
  ),
});

/** Files written before call the hint `mend`. */
function renamed(value: unknown): unknown {
  const { mend: hint, ...rest } = Object(value);
  return { hint, ...rest };
}

const schema: z.ZodType<AuditRecord> = z.object({
  format: z.literal(1),
  verdict: z.enum(['passed', 'warning', 'leak']),
  findings_by_severity: z.object({ leak: whole, warning: whole, info: whole }),
  modalities: z.array(z.string().min(1)).min(1),
  splits_dir: z.string(),
  split_hash: z.string().nullable(),
  near_duplicate_distance: z.int().min(0).max(15).nullable(),
  checks: z.array(
    z.object({
      name: z.string().min(1),
      outcome: z.enum(['passed', 'warning', 'leak', 'partly checked', 'not checked']),
      detail: z.string().min(1),
    }),
  ),
  findings: z.array(z.preprocess(renamed, finding)),
  not_checked: z.array(z.object({ check: z.string().min(1), reason: z.string().min(1) })),
  versions: z.record(z.string(), z.string()),
});

/** Writes `audit.json`. */
export function writeAuditRecord(path: string, record: AuditRecord): void {
  writeJson(path, schema.parse(record));
}

/** Reads `audit.json`. @throws DataError as `readJson`. */
export function readAuditRecord(path: string): AuditRecord {
  return readJson(path, schema);
}
