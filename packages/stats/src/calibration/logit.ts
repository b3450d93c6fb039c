import { checkProbabilities, type Numbers } from '../core/checks.ts';

/** Probabilities nearer than this to 0 or 1 are moved here before taking log-odds, which else are infinite. */
export const LOGIT_CLIP = 1e-7;

/** Log-odds of probabilities, with how many had to be clipped. */
export function logits(probabilities: Numbers): { values: Float64Array; clipped: number } {
  checkProbabilities('probabilities', probabilities);
  let clipped = 0;
  const values = Float64Array.from(probabilities, (p) => {
    const inside = Math.min(1 - LOGIT_CLIP, Math.max(LOGIT_CLIP, p));
    if (inside !== p) clipped++;
    return Math.log(inside) - Math.log1p(-inside);
  });
  return { values, clipped };
}
