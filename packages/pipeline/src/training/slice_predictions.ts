import type { SlicePrediction } from '@radweave/artifacts';
import { rowOf } from '@radweave/stats';
import type { SliceTable } from '../slices/table.ts';
import type { Predictions } from './predictions.ts';

/** What a network says of each slice of a split, in the order of the split file. */
export function slicePredictions(table: SliceTable, predictions: Predictions): SlicePrediction[] {
  const matrix = predictions.matrix();
  return table.rows.map(({ path, patient, hospital, label }, i) => ({
    image_path: path,
    patient,
    hospital,
    label,
    probabilities: Array.from(rowOf(matrix, i)),
  }));
}
