import { z } from 'zod';
import { PRECISIONS } from '../config/precision.ts';
import { jsonFile } from '../json.ts';

/** What `auto` was settled to mean for a network and purpose in an output folder. */
const schema = z.object({
  format: z.literal(1),
  model: z.string(),
  precision: z.enum(PRECISIONS),
  reason: z.string(),
  device: z.string(),
  /** ISO 8601, UTC. */
  decided: z.iso.datetime(),
});
export type PrecisionRecord = z.infer<typeof schema>;

/** A record of `precision/`. */
export const { find: findPrecisionRecord } = jsonFile(schema);
