import { z } from 'zod';
import { readJson, writeJson } from '../json.ts';
import type { Split } from './split-file.ts';

/** Patients of one hospital, label and set. */
export interface CohortCount {
  hospital: string;
  label: number;
  split: Split;
  patients: number;
  /** Number of slices of each modality. */
  slices: Record<string, number>;
}

/** `summary.json` of a preprocess run. */
export interface SplitSummary {
  /** Version of this file's fields. */
  format: 1;
  /** Counts by hospital × label × set. */
  counts: CohortCount[];
  modalities: string[];
  home_hospital: string;
  train_ratio: number;
  seed: number;
  /** Identity of the split, see `splitHash`. */
  split_hash: string;
  /** What the images show, by modality and split, see `slicesHash`; earlier versions wrote none. */
  slices?: Record<string, Record<Split, string>> | undefined;
  /** Patients excluded, by reason. */
  excluded: Record<string, number>;
  /** Files ignored, rejected or accepted with a remark, by reason. */
  files: Record<string, number>;
  /** What is odd about the data, a sentence each; earlier versions wrote none. */
  warnings?: string[] | undefined;
  /** Hospitals whose patients are all made up; left out where there is none. */
  synthetic?: string[] | undefined;
  /**
   * Where the images lay; relative to this file where the split files' paths are. Splits of earlier versions lack this and
   * the hashes.
   */
  root_dir?: string | undefined;
  /** SHA-256 (hex) of the other files of the split, by name. */
  hashes?: Record<string, string> | undefined;
  /** Versions of Radweave and of what it ran on. */
  versions: Record<string, string>;
}

const whole = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');

const schema: z.ZodType<SplitSummary> = z.object({
  format: z.literal(1),
  counts: z.array(
    z.object({
      hospital: z.string().min(1),
      label: whole,
      split: z.enum(['train', 'val', 'test']),
      patients: whole,
      slices: z.record(z.string(), whole),
    }),
  ),
  modalities: z.array(z.string().min(1)).min(1),
  home_hospital: z.string().min(1),
  train_ratio: z.number().gt(0).lt(1),
  seed: whole,
  split_hash: sha256,
  slices: z.record(z.string(), z.object({ train: sha256, val: sha256, test: sha256 })).optional(),
  excluded: z.record(z.string(), whole),
  files: z.record(z.string(), whole),
  warnings: z.array(z.string()).optional(),
  synthetic: z.array(z.string().min(1)).optional(),
  root_dir: z.string().min(1).optional(),
  hashes: z.record(z.string(), sha256).optional(),
  versions: z.record(z.string(), z.string()),
});

/** Writes `summary.json`. */
export function writeSplitSummary(path: string, summary: SplitSummary): void {
  writeJson(path, schema.parse(summary));
}

/** Reads `summary.json`. @throws DataError as `readJson`. */
export function readSplitSummary(path: string): SplitSummary {
  return readJson(path, schema);
}
