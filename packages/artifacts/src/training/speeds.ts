import { z } from 'zod';
import { PRECISIONS } from '../config/precision.ts';
import { jsonFile } from '../json.ts';

/** How fast a piece of work was in each precision, in the order they were given; kept in the user's cache. */
const schema = z.object({
  /** Slices of each step. */
  slices: z.int().positive(),
  /** Slices per second of the fastest step. */
  perSecond: z.array(z.object({ precision: z.enum(PRECISIONS), speed: z.number().positive() })),
  /** ISO 8601, UTC. */
  measured: z.iso.datetime(),
});
export type MeasuredSpeeds = z.infer<typeof schema>;

export const { find: findSpeeds, write: writeSpeeds } = jsonFile(schema);
