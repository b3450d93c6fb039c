import type { Candidate } from '../context/reports.ts';

/** Whether `a` is better than `b`: higher score, then lower loss, then the earlier epoch. Undefined never wins. */
export function isBetter(a: Candidate, b: Candidate | null): boolean {
  if (a.score === null || Number.isNaN(a.score)) return false;
  if (b === null || b.score === null) return true;
  if (a.score !== b.score) return a.score > b.score;
  return a.loss < b.loss;
}

/** Whether training has gone `patience` epochs without a better one. */
export function isExhausted(epoch: number, best: Candidate | null, patience: number): boolean {
  return epoch - (best?.epoch ?? 0) >= patience;
}
