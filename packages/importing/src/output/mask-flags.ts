import type { MaskWishes } from '../masks/lesion.ts';
import { notUnderstood } from './pixel-flags.ts';

export interface MaskFlags {
  /** `all`, `largest`, `area:MM2` or `centre:SLICES`. */
  slices: string;
  /** Margin in mm; null does not crop. */
  crop: string | null;
  /** A pattern. */
  name: string | null;
  /** Whether series of which masks choose no slice are left out; otherwise they are an error. */
  leavesOut?: boolean;
}

/** @throws UsageError for a value that is not understood. */
export function maskWishes({ slices, crop, name }: MaskFlags): MaskWishes {
  return {
    slices: slicesOf(slices),
    margin: crop === null ? null : number('--mask_crop', crop),
    name: patternOf(name),
  };
}

function slicesOf(text: string): MaskWishes['slices'] {
  if (text === 'all' || text === 'largest') return { kind: text };
  const [kind, value = ''] = text.split(':');
  if (kind === 'area') return { kind, mm2: number('--mask_slices', value) };
  if (kind === 'centre' && /^\d+$/.test(value)) return { kind, around: Number(value) };
  throw notUnderstood(
    '--mask_slices',
    text,
    'all, largest, area:MM2 or centre:SLICES, such as centre:2 for five slices',
  );
}

function number(flag: string, text: string): number {
  const value = Number(text);
  if (text !== '' && Number.isFinite(value) && value >= 0) return value;
  throw notUnderstood(
    flag,
    text,
    flag === '--mask_crop' ? 'a margin in mm, such as 10' : 'area:MM2, such as area:100',
  );
}

function patternOf(name: string | null): string | null {
  try {
    if (name !== null) new RegExp(name, 'i');
    return name;
  } catch {
    throw notUnderstood('--mask_name', `${name}`, 'a regular expression');
  }
}
