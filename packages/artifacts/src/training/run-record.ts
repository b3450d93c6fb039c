import { z } from 'zod';
import { jsonFile, splitHashes } from '../json.ts';
import { slicesIdentities } from '../splits/slices-hash.ts';

/** What is known of a run without opening its checkpoints: `checkpoints/{exp_name}/run.json`. */
const schema = z.object({
  format: z.literal(1),
  name: z.string(),
  modality: z.string(),
  model: z.string(),
  status: z.enum(['running', 'finished']),
  /** Best validation score so far and its epoch; null before the first. */
  best: z.object({ epoch: z.int(), score: z.number() }).nullable(),
  epochs: z.int(),
  /** Identity of who was in which set; empty where it is not told. */
  split_hash: z.string().default(''),
  /** Of the training and validation patients alone; runs before this was recorded have none. */
  fitted_on_hash: z.string().optional(),
  /** Of the slices; runs of earlier versions have none. */
  slices_identity: slicesIdentities.optional(),
  /** ISO 8601, UTC: when the run was begun or its last epoch ended; runs before this was recorded have none. */
  time: z.iso.datetime().optional(),
  /** Set in the runs of a cross-validation or cross-fitting: its name. Such a run is never chosen by itself. */
  fold_of: z.string().optional(),
  /** Of the numbers of `slice_predictions_{split}.csv`, of a finished run; runs of earlier versions have none. */
  predictions_sha256: splitHashes.optional(),
});
export type RunRecord = z.infer<typeof schema>;

export const { read: readRunRecord, write: writeRunRecord } = jsonFile(schema);
