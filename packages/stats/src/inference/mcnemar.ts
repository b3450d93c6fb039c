import { checkLabels, checkSameLength, type Numbers } from '../core/checks.ts';
import { absent, type Estimate } from '../core/estimate.ts';
import { binomialCdf } from '../special/beta.ts';
import { chiSquareTail } from '../special/gamma.ts';

/** McNemar's test (1947) of two models' correctness on the same patients. */
export interface McNemar {
  /** Patients only the first model classifies rightly, and only the second. */
  readonly firstOnly: number;
  readonly secondOnly: number;
  /** Two-sided exact binomial p-value. */
  readonly exactP: Estimate;
  /** p-value of chi-square with continuity correction, as R's `mcnemar.test`. */
  readonly chiSquareP: Estimate;
}

/** @param labels true classes; `first` and `second` are the predicted classes. */
export function mcnemar(labels: Numbers, first: Numbers, second: Numbers): McNemar {
  checkSameLength('labels', labels, 'first', first);
  checkSameLength('labels', labels, 'second', second);
  for (const column of [labels, first, second]) checkLabels(column, Number.MAX_SAFE_INTEGER);
  let firstOnly = 0;
  let secondOnly = 0;
  for (let i = 0; i < labels.length; i++) {
    const firstRight = first[i] === labels[i];
    const secondRight = second[i] === labels[i];
    if (firstRight && !secondRight) firstOnly++;
    if (secondRight && !firstRight) secondOnly++;
  }
  const discordant = firstOnly + secondOnly;
  if (discordant === 0) {
    const none = absent('both models classify the same patients correctly');
    return { firstOnly, secondOnly, exactP: none, chiSquareP: none };
  }
  const n = labels.length;
  const exact = Math.min(1, 2 * binomialCdf(Math.min(firstOnly, secondOnly), discordant, 0.5));
  const corrected = Math.max(0, Math.abs(firstOnly - secondOnly) - 1);
  const chiSquare = chiSquareTail(corrected ** 2 / discordant, 1);
  return { firstOnly, secondOnly, exactP: { value: exact, n }, chiSquareP: { value: chiSquare, n } };
}
