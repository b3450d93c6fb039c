import { z } from 'zod';
import { readJson, writeJson } from '../json.ts';

/** One of the K models of a cross-fitting. Patients are SHA-256 hashes of their IDs, sorted. */
export interface FoldModel {
  /** From 1. */
  fold: number;
  run: string;
  checkpoint: string;
  checkpoint_sha256: string;
  /** Patients whose images it was trained on. */
  trained_on: string[];
  /** Training patients set apart to choose its epoch. */
  validated_on: string[];
  /** Training patients whose logits it gives. */
  held_out: string[];
}

/** `logits_{modality}.json`: written last, it says that the three tables of logits are complete and whose they are. */
export interface LogitsRecord {
  format: 1;
  modality: string;
  model: string;
  folds: number;
  classes: number;
  /** SHA-256 (hex) of settings, patients and folds. */
  identity: string;
  models: FoldModel[];
  /** SHA-256 (hex) of each table. */
  tables: { train: string; val: string; test: string };
  versions: Record<string, string>;
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const patients = z.array(z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 hexadecimal digits'));

const schema: z.ZodType<LogitsRecord> = z.object({
  format: z.literal(1),
  modality: z.string().min(1),
  model: z.string().min(1),
  folds: z.int().min(2),
  classes: z.int().min(2),
  identity: sha256,
  models: z.array(
    z.object({
      fold: z.int().min(1),
      run: z.string(),
      checkpoint: z.string(),
      checkpoint_sha256: sha256,
      trained_on: patients,
      validated_on: patients,
      held_out: patients,
    }),
  ),
  tables: z.object({ train: sha256, val: sha256, test: sha256 }),
  versions: z.record(z.string(), z.string()),
});

/** Writes `logits_{modality}.json`. */
export function writeLogitsRecord(path: string, record: LogitsRecord): void {
  writeJson(path, schema.parse(record));
}

/** Reads `logits_{modality}.json`. @throws DataError as `readJson`. */
export function readLogitsRecord(path: string): LogitsRecord {
  return readJson(path, schema);
}
