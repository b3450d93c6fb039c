/** A leak makes results worthless; a warning must be looked at; an info is only to be known. */
export type AuditSeverity = 'leak' | 'warning' | 'info';

/** One patient, or group of patients, that a finding is about. */
export interface AuditCase {
  patients: string[];
  /** Splits, files, labels: what shows it. */
  detail: string;
  /** Bits in which two perceptual hashes differ; null where nothing was measured. */
  distance: number | null;
  /** Of two images' pixels, -1 to 1; null where nothing was measured. */
  correlation: number | null;
}

/** Something that is wrong with the separation of the sets. */
export interface AuditFinding {
  /** Name of the check that found it. */
  check: string;
  /** A stable name such as `LEAK_PATIENT_SPLITS`. */
  code: string;
  severity: AuditSeverity;
  what: string;
  /** File or folder. */
  where: string;
  /** How to fix it. */
  hint: string;
  /** Number of cases, of which `cases` lists the first. */
  count: number;
  /** Whether counting was stopped at `count`: there are more. */
  at_least: boolean;
  cases: AuditCase[];
}

/** A check and its outcome in one line. */
export interface AuditCheck {
  name: string;
  outcome: 'passed' | 'warning' | 'leak' | 'partly checked' | 'not checked';
  /** What was looked at and found, or why it could not be. */
  detail: string;
}

/** Something that could not be looked at. */
export interface AuditGap {
  check: string;
  reason: string;
}

/** `audit/audit.json`. */
export interface AuditRecord {
  /** Version of this file's fields. */
  format: 1;
  verdict: 'passed' | 'warning' | 'leak';
  /** Number of findings by severity. */
  findings_by_severity: Record<AuditSeverity, number>;
  modalities: string[];
  splits_dir: string;
  /** Of `cohort.csv`; null without one. */
  split_hash: string | null;
  /** Bits up to which perceptual hashes count as near; null when pixels were not looked at. */
  near_duplicate_distance: number | null;
  checks: AuditCheck[];
  findings: AuditFinding[];
  not_checked: AuditGap[];
  versions: Record<string, string>;
}
