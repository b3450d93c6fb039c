import { z } from 'zod';
import { classTableFile, type PerClass } from '../class-columns.ts';
import { tableFile } from '../csv.ts';
import { count, numberOrEmpty, patientId, type RowOf, required, text } from '../csv-columns.ts';
import { discriminationColumns } from '../discrimination-columns.ts';
import { jsonFile } from '../json.ts';

/**
 * A row of `cross_validation.csv`: a fold, then `mean` and `sd` over folds, then `pooled`. Rates are at 0.5, or of the most
 * probable label with more than two classes.
 */
const columns = {
  /** Number of the fold or name of the hospital left out; `mean`, `sd`, `pooled`. */
  fold: required,
  /** Patients trained on, and those set apart to choose the epoch. */
  n_train: numberOrEmpty,
  n_inner_val: numberOrEmpty,
  best_epoch: numberOrEmpty,
  /** Held-out patients. */
  n: numberOrEmpty,
  ...discriminationColumns,
  note: text,
};
export type CrossValidationRow = RowOf<typeof columns>;

/** `cross_validation.csv`. */
export const { read: readCrossValidation, write: writeCrossValidation } = tableFile(columns);

const heldOut = { fold: required, patient: patientId, hospital: text, label: count };

/** A patient of `out_of_fold.csv`; the probabilities are the mean over slices, by the model that did not see the patient. */
export type OutOfFoldRow = RowOf<typeof heldOut> & PerClass<'probabilities'>;

/** `out_of_fold.csv`: `fold,patient_id,hospital,label,probability_0,…`. */
export const { read: readOutOfFold, write: writeOutOfFold } = classTableFile(
  heldOut,
  'probabilities',
  'Cross-validate modality M again: radweave train --modality M --folds K',
);

/** `folds.json`: patients and folds that a cross-validation was begun with, as a hash. */
export const { read: readFolds, write: writeFolds } = jsonFile(
  z.object({ format: z.literal(1), identity: z.string() }),
);
