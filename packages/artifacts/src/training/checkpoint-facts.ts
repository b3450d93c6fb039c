import { z } from 'zod';
import { PRECISIONS } from '../config/precision.ts';
import type { Config } from '../config/types.ts';
import { recordOf } from '../json.ts';
import { remarkField } from '../remark-field.ts';

/**
 * What a checkpoint says beside the weights: enough to rebuild the model without the configuration, and to tell whom it
 * was trained on. In the file it stands as plain values under the same names, so Python reads it too.
 */
export const checkpointFacts = z.object({
  format: z.literal('radweave/1'),
  modality: z.string(),
  architecture: z.object({
    name: z.string(),
    num_classes: z.int(),
    in_chans: z.int(),
    freeze_stages: z.int(),
  }),
  input: z.object({ image_size: z.int(), normalize_mean: z.number(), normalize_std: z.number() }),
  label_names: z.array(z.string()),
  /** What the weights were started from. */
  initial_weights: z.string(),
  precision: z.enum(PRECISIONS),
  /** Why in this precision; earlier checkpoints do not say. */
  precision_reason: remarkField.optional(),
  epoch: z.int(),
  /** Finished batches of the epoch after `epoch`; 0 between epochs. */
  step: z.int(),
  best: z.object({ epoch: z.int(), score: z.number().nullable(), loss: z.number() }).nullable(),
  split_hash: z.string(),
  /** Of the training and validation patients alone; earlier checkpoints do not say. */
  fitted_on_hash: z.string().optional(),
  /** Hashes of patients, see `patientHash`; earlier checkpoints have SHA-256 of the IDs. */
  patients: z.object({ train: z.array(z.string()), val: z.array(z.string()) }),
  versions: recordOf(z.string()),
  /** Without places and the home hospital. */
  config: z.custom<Config>((value) => typeof value === 'object' && value !== null),
});
export type CheckpointFacts = z.infer<typeof checkpointFacts>;
