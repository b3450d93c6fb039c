import { UsageError } from '@radweave/artifacts';
import type { VolumeRule } from '../values/volume-range.ts';
import { windowOf } from '../values/window.ts';
import type { Fit, PixelOptions } from './options.ts';

export interface PixelFlags {
  /** Of CT: a name, or `CENTRE/WIDTH` in HU. */
  window: string;
  /** Of MR: `percentiles:LOW:HIGH` or `zscore:DEVIATIONS`, by the volume itself. */
  mr: string;
  /** SUV that becomes white, or `volume` for the rule of MR. */
  pet: string;
  /** Side of the squares, in pixels. */
  size: number;
  bits: 8 | 16;
  /** `pad`, `stretch`, or the size of a pixel in mm. */
  fit: string;
}

/** @throws UsageError for a value that is not understood. */
export function pixelOptions({ window, mr, pet, size, bits, fit }: PixelFlags): PixelOptions {
  return {
    size,
    bits,
    fit: fitOf(fit),
    window: windowOf(window),
    volume: volumeRule(mr),
    suv:
      pet === 'volume' ? null : positive('--pet', pet, 'volume, or the SUV that becomes white, such as 10'),
  };
}

function fitOf(text: string): Fit {
  if (text === 'pad' || text === 'stretch') return { kind: text };
  return {
    kind: 'spacing',
    mm: positive('--fit', text, 'pad, stretch, or the size of a pixel in mm, such as 1'),
  };
}

function volumeRule(text: string): VolumeRule {
  const [kind, first = '', second = ''] = text.split(':');
  const [low, high] = [Number(first), Number(second)];
  if (kind === 'percentiles' && first !== '' && second !== '' && low >= 0 && low < high && high <= 100) {
    return { kind, low, high };
  }
  const takes = 'percentiles:LOW:HIGH, such as percentiles:1:99, or zscore:DEVIATIONS, such as zscore:3';
  if (kind === 'zscore') return { kind, deviations: positive('--mr', first, takes) };
  throw notUnderstood('--mr', text, takes);
}

function positive(flag: string, text: string, takes: string): number {
  const value = Number(text);
  if (text !== '' && Number.isFinite(value) && value > 0) return value;
  throw notUnderstood(flag, text, takes);
}

export function notUnderstood(flag: string, text: string, takes: string): UsageError {
  return new UsageError('E_IMPORT', `'${flag} ${text}' is not understood`, { hint: `It takes ${takes}` });
}
