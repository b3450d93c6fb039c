import { asWritten, type Remark, readRemark } from '@radweave/remarks';
import { z } from 'zod';

/** A remark in a file; files of earlier versions have its text alone. */
export const remarkField: z.ZodType<Remark> = z.union([
  z.string().transform(asWritten),
  z
    .object({ code: z.string(), params: z.record(z.string(), z.unknown()), text: z.string() })
    .transform(readRemark),
]);

/** A remark where there is one; files of earlier versions have an empty text where there is none. */
export const remarkOrNull: z.ZodType<Remark | null> = z
  .union([z.literal('').transform(() => null), remarkField])
  .nullable();
