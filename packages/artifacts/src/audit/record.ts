import { z } from 'zod';
import { jsonFile, recordOf, sha256 } from '../json.ts';
import { remarkField } from '../remark-field.ts';
import { studySlices } from '../splits/slices-hash.ts';

const whole = z.int().min(0);
const word = z.string().min(1);

export type AuditCheckName =
  | 'patients across splits'
  | 'patients across hospitals'
  | 'splits of the modalities'
  | 'similar patient IDs'
  | 'labels'
  | 'identical slices'
  | 'near-duplicate slices'
  | 'changed slices'
  | 'checkpoints'
  | 'fold models'
  | 'features'
  | 'fusion'
  | 'frozen decisions';

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
  check: word,
  /** A stable name such as `LEAK_PATIENT_SPLITS`. */
  code: word,
  severity,
  what: remarkField,
  /** File or folder. */
  where: z.string(),
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
  /** An `AuditCheckName`, or that of another version. */
  name: word,
  outcome: z.enum(['passed', 'warning', 'leak', 'partly checked', 'not checked']),
  /** What was looked at and found, or why it could not be. */
  detail: remarkField,
});
export type AuditCheck = z.infer<typeof check>;

/** Something that could not be looked at. */
const gap = z.object({ check: word, reason: remarkField });
export type AuditGap = z.infer<typeof gap>;

/** `audit/audit.json`. */
const schema = z.object({
  /** 1 had texts where remarks are now. */
  format: z.union([z.literal(1), z.literal(2)]),
  verdict: z.enum(['passed', 'warning', 'leak']),
  findings_by_severity: z.object({ leak: whole, warning: whole, info: whole }),
  modalities: z.array(word).min(1),
  splits_dir: z.string(),
  /** Of `cohort.csv`; null without one. */
  split_hash: z.string().nullable(),
  /** Of the slices as `preprocess` recorded them; earlier versions wrote none. */
  slices_identity: studySlices.optional(),
  /** Of the scalers, thresholds and calibrators that it looked at; earlier versions wrote none. */
  decisions_sha256: sha256.optional(),
  /** Bits up to which perceptual hashes count as near; null when pixels were not looked at. */
  near_duplicate_distance: z.int().min(0).max(15).nullable(),
  checks: z.array(check),
  findings: z.array(z.preprocess(renamed, finding)),
  not_checked: z.array(gap),
  versions: recordOf(z.string()),
});
export type AuditRecord = z.infer<typeof schema>;

export const { read: readAuditRecord, write: writeAuditRecord } = jsonFile(schema);
