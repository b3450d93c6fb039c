import { z } from 'zod';
import { jsonFile } from '../json.ts';

const whole = z.int().min(0);
const word = z.string().min(1);

/** A leak makes results worthless; a warning must be looked at; an info is only to be known. */
const severity = z.enum(['leak', 'warning', 'info']);
export type AuditSeverity = z.infer<typeof severity>;

/** One patient, or group of patients, that a finding is about. */
const auditCase = z.object({
  patients: z.array(z.string()),
  /** Splits, files, labels: what shows it. */
  detail: z.string(),
  /** Bits in which two perceptual hashes differ; null where nothing was measured. */
  distance: whole.nullable(),
  /** Of two images' pixels, -1 to 1; null where nothing was measured. */
  correlation: z.number().nullable(),
});
export type AuditCase = z.infer<typeof auditCase>;

/** Something that is wrong with the separation of the sets. */
const finding = z.object({
  /** Name of the check that found it. */
  check: word,
  /** A stable name such as `LEAK_PATIENT_SPLITS`. */
  code: word,
  severity,
  what: word,
  /** File or folder. */
  where: z.string(),
  /** How to fix it. */
  hint: z.string(),
  /** Number of cases, of which `cases` lists the first. */
  count: whole,
  /** Whether counting was stopped at `count`: there are more. */
  at_least: z.boolean(),
  cases: z.array(auditCase),
});
export type AuditFinding = z.infer<typeof finding>;

/** Files written before call the hint `mend`. */
function renamed(value: unknown): unknown {
  const { mend: hint, ...rest } = Object(value);
  return { hint, ...rest };
}

/** A check and its outcome in one line. */
const check = z.object({
  name: word,
  outcome: z.enum(['passed', 'warning', 'leak', 'partly checked', 'not checked']),
  /** What was looked at and found, or why it could not be. */
  detail: word,
});
export type AuditCheck = z.infer<typeof check>;

/** Something that could not be looked at. */
const gap = z.object({ check: word, reason: word });
export type AuditGap = z.infer<typeof gap>;

/** `audit/audit.json`. */
const schema = z.object({
  /** Version of this file's fields. */
  format: z.literal(1),
  verdict: z.enum(['passed', 'warning', 'leak']),
  /** Number of findings by severity. */
  findings_by_severity: z.object({ leak: whole, warning: whole, info: whole }),
  modalities: z.array(word).min(1),
  splits_dir: z.string(),
  /** Of `cohort.csv`; null without one. */
  split_hash: z.string().nullable(),
  /** Bits up to which perceptual hashes count as near; null when pixels were not looked at. */
  near_duplicate_distance: z.int().min(0).max(15).nullable(),
  checks: z.array(check),
  findings: z.array(z.preprocess(renamed, finding)),
  not_checked: z.array(gap),
  versions: z.record(z.string(), z.string()),
});
export type AuditRecord = z.infer<typeof schema>;

/** `audit.json`. */
export const { read: readAuditRecord, write: writeAuditRecord } = jsonFile(schema);
