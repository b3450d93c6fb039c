import { asWritten, type Remark, readRemark, remark } from '@radweave/remarks';
import { z } from 'zod';
import type { RadweaveError } from './errors.ts';

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

/** What is wrong with a file, and which. */
export function damageOf({ code, fault: text, where }: RadweaveError): Remark {
  const fault = { code, text };
  return where === undefined
    ? remark('fault', { fault })
    : remark('audit-unreadable', { fault, file: where });
}
