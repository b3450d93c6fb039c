/** `none`, `balanced`, or one weight per class. */
export type ClassWeights = 'none' | 'balanced' | readonly number[];

/**
 * Weights of the classes 0 … classes − 1 in the loss, or null for none. `balanced` is n / (classes · n_c), counted
 * over training slices (scikit-learn's rule).
 *
 * @throws RangeError when a list has another length, or a class to be balanced has no training slice.
 */
export function classWeights(
  choice: ClassWeights,
  labels: readonly number[],
  classes: number,
): number[] | null {
  if (choice === 'none') return null;
  if (choice !== 'balanced') {
    if (choice.length !== classes) {
      throw new RangeError(`class_weights is for ${choice.length} classes, but there are ${classes}`);
    }
    return [...choice];
  }
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts.map((count, label) => {
    if (count === 0) {
      throw new RangeError(`class_weights: balanced needs training slices of class ${label}, there are none`);
    }
    return labels.length / (classes * count);
  });
}
