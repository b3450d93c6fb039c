import { z } from 'zod';

export function flag(fallback: boolean, description: string): z.ZodType<boolean> {
  return z.boolean().default(fallback).meta({ description });
}

/** A whole number in `[min, max]`. */
export function integer(fallback: number, description: string, min: number, max?: number): z.ZodType<number> {
  const number = z.int().min(min);
  return (max === undefined ? number : number.max(max)).default(fallback).meta({ description });
}

/** A number in `[min, max]`, or with `above` in `(above, max]`. */
export function decimal(
  fallback: number,
  description: string,
  range: { min?: number; above?: number; max?: number; below?: number } = {},
): z.ZodType<number> {
  let number = z.number();
  if (range.min !== undefined) number = number.min(range.min);
  if (range.above !== undefined) number = number.gt(range.above);
  if (range.max !== undefined) number = number.max(range.max);
  if (range.below !== undefined) number = number.lt(range.below);
  return number.default(fallback).meta({ description });
}

export function name(fallback: string, description: string): z.ZodType<string> {
  return z.string().min(1).default(fallback).meta({ description });
}

export function optionalText(description: string): z.ZodType<string | null> {
  return z.string().min(1).nullable().default(null).meta({ description });
}

export function choice<const T extends string>(
  words: readonly [T, ...T[]],
  fallback: NoInfer<T>,
  description: string,
): z.ZodType<T> {
  return z
    .enum(words)
    .default(fallback as never)
    .meta({ description }) as z.ZodType<T>;
}
