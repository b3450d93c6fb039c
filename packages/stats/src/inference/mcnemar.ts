import { checkLabels, checkSameLength, type Numbers } from '../core/checks.ts';
import { absent, type Estimate } from '../core/estimate.ts';
import { binomialCdf } from '../special/beta.ts';

/**
 * McNemar's test (1947) of two models' correctness on the same patients: the two-sided exact binomial p-value.
 *
 * @param labels true classes; `first` and `second` are the predicted classes.
 */
export function mcnemar(labels: Numbers, first: Numbers, second: Numbers): Estimate {
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
  if (discordant === 0) return absent('same-decisions');
  const value = Math.min(1, 2 * binomialCdf(Math.min(firstOnly, secondOnly), discordant, 0.5));
  return { value, n: labels.length };
}
