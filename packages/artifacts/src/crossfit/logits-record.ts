import { z } from 'zod';
import { jsonFile, recordOf, sha256 } from '../json.ts';
import { slicesIdentities } from '../splits/slices-hash.ts';

const patients = z.array(
  z.string().regex(/^(?:[0-9a-f]{8}:)?[0-9a-f]{32}$/, 'expected 32 hexadecimal digits after those of a key'),
);

/** One of the K models of a cross-fitting. Patients are hashes as in its checkpoint, sorted. */
const foldModel = z.object({
  /** From 1. */
  fold: z.int().min(1),
  run: z.string(),
  checkpoint: z.string(),
  checkpoint_sha256: sha256,
  /** Patients whose images it was trained on. */
  trained_on: patients,
  /** Training patients set apart to choose its epoch. */
  validated_on: patients,
  /** Training patients whose logits it gives. */
  held_out: patients,
});
export type FoldModel = z.infer<typeof foldModel>;

/** `logits_{modality}.json`: written last, it says that the three tables of logits are complete and whose they are. */
const schema = z.object({
  format: z.literal(1),
  modality: z.string().min(1),
  model: z.string().min(1),
  folds: z.int().min(2),
  classes: z.int().min(2),
  /** SHA-256 (hex) of settings, patients and folds. */
  identity: sha256,
  /** Of the slices; files of earlier versions have none. */
  slices_identity: slicesIdentities.optional(),
  models: z.array(foldModel),
  /** SHA-256 (hex) of each table. */
  tables: z.object({ train: sha256, val: sha256, test: sha256 }),
  versions: recordOf(z.string()),
});
export type LogitsRecord = z.infer<typeof schema>;

export const { read: readLogitsRecord, write: writeLogitsRecord } = jsonFile(schema);
