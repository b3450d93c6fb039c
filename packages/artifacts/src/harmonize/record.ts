import { z } from 'zod';
import { readJson, writeJson } from '../json.ts';
import type { HarmonizeRecord, SiteAuditRow } from './types.ts';

const whole = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const numberOrNull = z.number().nullable();

const record: z.ZodType<HarmonizeRecord> = z.object({
  format: z.literal(1),
  method: z.literal('ComBat, reference batch, without covariates'),
  transductive: z.literal(true),
  audit_only: z.boolean(),
  modalities: z.array(z.string().min(1)).min(1),
  reference: z.array(
    z.object({
      modality: z.string().min(1),
      hospitals: z.array(z.string()),
      n: whole,
      patients_sha256: sha256,
      hash: sha256,
    }),
  ),
  sites: z.array(
    z.object({
      hospital: z.string().min(1),
      n: whole,
      harmonised: z.boolean(),
      reason: z.string(),
      modalities: z.record(
        z.string(),
        z.object({ mean_absolute_location: z.number(), median_scale: z.number(), unadjusted: whole }),
      ),
    }),
  ),
  seed: whole,
  notes: z.array(z.string()),
  files: z.array(z.string()),
  versions: z.record(z.string(), z.string()),
});

const audit: z.ZodType<{ format: 1; rows: SiteAuditRow[] }> = z.object({
  format: z.literal(1),
  rows: z.array(
    z.object({
      model: z.string().min(1),
      scope: z.enum(['all', 'val and test']),
      features: z.enum(['extracted', 'harmonised']),
      transductive: z.enum(['yes', 'no']),
      hospitals: z.string(),
      n: numberOrNull,
      folds: numberOrNull,
      auc: numberOrNull,
      auc_p: numberOrNull,
      accuracy: numberOrNull,
      accuracy_lower: numberOrNull,
      accuracy_upper: numberOrNull,
      accuracy_p: numberOrNull,
      chance: numberOrNull,
      permutations: numberOrNull,
      note: z.string(),
    }),
  ),
});

/** Writes `harmonize.json`. */
export function writeHarmonizeRecord(path: string, value: HarmonizeRecord): void {
  writeJson(path, record.parse(value));
}

/** Reads `harmonize.json`. @throws DataError as `readJson`. */
export function readHarmonizeRecord(path: string): HarmonizeRecord {
  return readJson(path, record);
}

/** Writes `site_audit.json`: the rows of `site_audit.csv`. */
export function writeSiteAuditJson(path: string, rows: readonly SiteAuditRow[]): void {
  writeJson(path, audit.parse({ format: 1, rows }));
}

/** Reads `site_audit.json`. @throws DataError as `readJson`. */
export function readSiteAuditJson(path: string): SiteAuditRow[] {
  return readJson(path, audit).rows;
}
