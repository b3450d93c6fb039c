import { type Columns, numberOrEmpty } from './csv-columns.ts';

/** How well a model tells patients apart. Undefined values are null, and the row's `note` says why. */
export interface Discrimination {
  /** Patients of the positive label; null for all labels together. */
  readonly n_positive: number | null;
  /** With more than two classes and all labels together, the mean of each label against the rest. */
  readonly auc: number | null;
  /** 95 % interval of the AUC (DeLong). */
  readonly auc_lower: number | null;
  readonly auc_upper: number | null;
  readonly accuracy: number | null;
  readonly sensitivity: number | null;
  readonly specificity: number | null;
}

export const discriminationColumns: Columns<Discrimination> = {
  n_positive: numberOrEmpty,
  auc: numberOrEmpty,
  auc_lower: numberOrEmpty,
  auc_upper: numberOrEmpty,
  accuracy: numberOrEmpty,
  sensitivity: numberOrEmpty,
  specificity: numberOrEmpty,
};
