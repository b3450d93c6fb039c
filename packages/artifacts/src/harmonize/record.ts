import { z } from 'zod';
import { usedFeatures } from '../fusion/model-file.ts';
import { jsonFile, readJson, recordOf, sha256, writeJson } from '../json.ts';
import { remarkField, remarkOrNull } from '../remark-field.ts';
import { studySlices } from '../splits/slices-hash.ts';

const whole = z.int().min(0);
const format = z.union([z.literal(1), z.literal(2)]);
const numberOrNull = z.number().nullable();

/** A hospital's deviation from the reference in one modality's features, over the features that were adjusted. */
const deviation = z.object({
  /** Mean of |location|, in standard deviations of the reference. */
  mean_absolute_location: z.number(),
  /** Median of the variance relative to the reference. */
  median_scale: z.number(),
  unadjusted: whole,
});
export type SiteDeviation = z.infer<typeof deviation>;

const site = z.object({
  hospital: z.string().min(1),
  /** Its patients, from whose unlabelled features location and scale were estimated. */
  n: whole,
  harmonised: z.boolean(),
  /** Why it was left as it is; null when it was harmonised. */
  reason: remarkOrNull,
  /** By modality: how far it was from the reference, and how many features were left as they are. */
  modalities: recordOf(deviation),
});
export type HarmonisedSite = z.infer<typeof site>;

/** The reference of one modality: home train patients. */
const reference = z.object({
  modality: z.string().min(1),
  hospitals: z.array(z.string()),
  n: whole,
  patients_sha256: sha256,
  /** Hash of the frozen location and scale. */
  hash: sha256,
});
export type HarmonizeReference = z.infer<typeof reference>;

/** `harmonize/harmonize.json`: what was done, written last. */
const record = z.object({
  /** 1 had texts where remarks are now. */
  format,
  method: z.literal('ComBat, reference batch, without covariates'),
  /** Always true: a hospital's location and scale come from its own unlabelled features. */
  transductive: z.literal(true),
  audit_only: z.boolean(),
  modalities: z.array(z.string().min(1)).min(1),
  reference: z.array(reference),
  /** Of the patients, see `splitHash`; earlier versions wrote none. */
  split_hash: sha256.optional(),
  /** Of the slices that the features come from; earlier versions wrote none. */
  slices_identity: studySlices.optional(),
  /** What was harmonised; earlier versions wrote none. */
  features: z.array(usedFeatures).optional(),
  sites: z.array(site),
  seed: whole,
  /** Of all intervals of this folder; 0.95 where an earlier version wrote none. */
  confidence_level: z.number().optional(),
  /** Cautions that belong beside every number of this folder. */
  notes: z.array(remarkField),
  /** Names of the files beside this one. */
  files: z.array(z.string()),
  versions: recordOf(z.string()),
});
export type HarmonizeRecord = z.infer<typeof record>;

/** How well features predict the hospital. Where it cannot be told, numbers are null and `note` says why. */
const auditRow = z.object({
  /** `fused`: all modalities side by side; or a modality alone. */
  model: z.string().min(1),
  /** Whose features: of all patients, or only of those that no network was trained on. */
  scope: z.enum(['all', 'val and test']),
  /** `extracted` features are as the networks gave them. */
  features: z.enum(['extracted', 'harmonised']),
  /** Whether the features were harmonised: by help of the patients they belong to. */
  transductive: z.enum(['yes', 'no']),
  /** Hospitals told apart, in code point order. */
  hospitals: z.string(),
  n: numberOrNull,
  folds: numberOrNull,
  /** Cross-validated AUC; macro one-vs-rest with more than two hospitals. 0.5 is no site effect. */
  auc: numberOrNull,
  auc_p: numberOrNull,
  accuracy: numberOrNull,
  /** Exact interval of the accuracy. */
  accuracy_lower: numberOrNull,
  accuracy_upper: numberOrNull,
  accuracy_p: numberOrNull,
  /** Accuracy of always naming the largest hospital. */
  chance: numberOrNull,
  permutations: numberOrNull,
  note: remarkOrNull,
});
export type SiteAuditRow = z.infer<typeof auditRow>;

const audit = z.object({ format, rows: z.array(auditRow) });

export const { read: readHarmonizeRecord, write: writeHarmonizeRecord } = jsonFile(record);

/** Writes `site_audit.json`: the rows of `site_audit.csv`. */
export function writeSiteAuditJson(path: string, rows: readonly SiteAuditRow[]): void {
  writeJson(path, audit.parse({ format: 2, rows }));
}

/** Reads `site_audit.json`. @throws DataError as `readJson`. */
export function readSiteAuditJson(path: string): SiteAuditRow[] {
  return readJson(path, audit).rows;
}
