import { checkLabels, checkScored, type Numbers, needBothClasses } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { absent, type Estimate, type Known } from '../core/estimate.ts';
import { checkMatrix, columnOf, type Matrix } from '../core/matrix.ts';
import { mean } from '../core/moments.ts';
import { midranks } from '../core/order.ts';
import type { CutPoints } from './cut-points.ts';

/**
 * Area under the ROC curve: the Mann–Whitney statistic with midranks for ties, from scores, never from predicted
 * labels.
 *
 * @param labels 0 or 1, one per patient; 1 is the positive class.
 * @param scores any finite scale, higher means more likely positive.
 * @returns null with the reason when there is one class only.
 * @throws StatsInputError for lengths that differ, other labels, a score that is not finite.
 */
export function auc(labels: Numbers, scores: Numbers): Estimate {
  const counts = checkScored(labels, scores);
  const missing = needBothClasses(counts, 'AUC');
  if (missing !== undefined) return missing;
  const ranks = midranks(scores);
  let positiveRanks = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 1) positiveRanks += ranks[i] as number;
  }
  const { positives, negatives } = counts;
  const wins = positiveRanks - (positives * (positives + 1)) / 2;
  return { value: wins / (positives * negatives), n: labels.length };
}

/**
 * {@link auc} of patients already counted at their cut points: every sum is of halves, so the number is the same.
 *
 * @returns null where there is one class only.
 */
export function aucOfCuts({ truePositives, falsePositives, positives, negatives }: CutPoints): number | null {
  if (positives === 0 || negatives === 0) return null;
  let wins = 0;
  let hits = 0;
  let alarms = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const [above, here] = [hits, truePositives[i] as number];
    wins += ((falsePositives[i] as number) - alarms) * ((above + here) / 2);
    hits = here;
    alarms = falsePositives[i] as number;
  }
  return wins / (positives * negatives);
}

export interface MulticlassAuc {
  /** The unweighted mean of the classes; null when one of them is. */
  readonly macro: Estimate;
  /** Each class against the rest. */
  readonly classes: readonly Estimate[];
}

/**
 * One-vs-rest AUC of each class and their macro average, as scikit-learn's
 * `roc_auc_score(multi_class='ovr', average='macro')`.
 *
 * @param labels 0 … K − 1, one per patient.
 * @param probabilities patients × K.
 */
export function macroAuc(labels: Numbers, probabilities: Matrix): MulticlassAuc {
  if (labels.length !== probabilities.rows) {
    throw new StatsInputError(`${labels.length} labels for ${probabilities.rows} rows of probabilities`);
  }
  checkMatrix('probabilities', probabilities);
  checkLabels(labels, probabilities.columns);
  const classes = Array.from({ length: probabilities.columns }, (_, k) => {
    const oneVsRest = Uint8Array.from({ length: labels.length }, (_, i) => (labels[i] === k ? 1 : 0));
    return auc(oneVsRest, columnOf(probabilities, k));
  });
  return { macro: macroAverage(classes, labels.length), classes };
}

/** The unweighted mean over classes; null, naming the class, when a class has no value. */
export function macroAverage(classes: readonly Estimate[], n: number): Estimate {
  const values: number[] = [];
  for (const [k, estimate] of classes.entries()) {
    if (estimate.value === null) return absent('of-class', { label: k, reason: estimate.reason });
    values.push(estimate.value);
  }
  if (values.length === 0) return absent('no-classes');
  return { value: mean(values), n } satisfies Known;
}
