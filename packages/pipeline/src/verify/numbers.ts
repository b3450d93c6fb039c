import { DECIMAL } from '@radweave/artifacts';

/**
 * Largest relative difference that is rounding: another processor or version of the engine adds in another order. All that
 * matters in a result is larger by far.
 */
const ROUNDING = 1e-9;

/** How a saved number and the same number computed again compare. */
export type Likeness = 'same' | 'rounding' | 'different';

export function compareNumbers(saved: number, now: number): Likeness {
  if (Object.is(saved, now) || saved === now) return 'same';
  const isClose = Math.abs(saved - now) <= ROUNDING * Math.max(Math.abs(saved), Math.abs(now));
  return isClose ? 'rounding' : 'different';
}

/** Compares two cells: as numbers where both are, else as text. */
export function compareCells(saved: string, now: string): Likeness {
  if (saved === now) return 'same';
  const isNumeric = DECIMAL.test(saved) && DECIMAL.test(now);
  return isNumeric ? compareNumbers(Number(saved), Number(now)) : 'different';
}
