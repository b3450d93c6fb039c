import { numberOrEmpty } from './csv-columns.ts';

/** How well a model tells patients apart. Undefined values are null, and the row's `note` says why. */
export const discriminationColumns = {
  /** Patients of the positive label; null for all labels together. */
  n_positive: numberOrEmpty,
  /** With more than two classes and all labels together, the mean of each label against the rest. */
  auc: numberOrEmpty,
  /** Interval of the AUC (DeLong). */
  auc_lower: numberOrEmpty,
  auc_upper: numberOrEmpty,
  accuracy: numberOrEmpty,
  sensitivity: numberOrEmpty,
  specificity: numberOrEmpty,
};
