import { type SlicePrediction, toldSlice } from '@radweave/artifacts';
import { rowOf } from '@radweave/stats';
import type { SliceTable } from '@radweave/study/cohort/slice-table';
import type { Predictions } from '@radweave/study/scores/predictions';

/** What a network says of each slice of a split, in the order of the split file; made as it is asked for. */
export function* slicePredictions(table: SliceTable, predictions: Predictions): Generator<SlicePrediction> {
  const matrix = predictions.matrix();
  for (const [i, { path, patient, hospital, label }] of table.rows.entries()) {
    const probabilities = Array.from(rowOf(matrix, i));
    yield { image_path: toldSlice(path, hospital), patient, hospital, label, probabilities };
  }
}
