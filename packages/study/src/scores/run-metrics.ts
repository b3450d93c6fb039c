import type { MetricsRow } from '@radweave/artifacts';
import { several, withLabelNames } from '@radweave/remarks';
import { takeRows } from '@radweave/stats';
import { hospitalsOf, isOf } from '../cohort/hospitals.ts';
import type { LabelNames, SliceTable } from '../cohort/slice-table.ts';
import type { Scores } from '../context/reports.ts';
import { HISTORY_THRESHOLD, patientProbabilities, reasonsOf, scoresOf } from './history-scores.ts';
import type { Predictions } from './predictions.ts';

/** Rows of a run's `val_metrics.csv` and `test_metrics.csv`: all hospitals together, then each, per slice and per patient. */
export function runMetrics(table: SliceTable, predictions: Predictions, names: LabelNames): MetricsRow[] {
  const patients = patientProbabilities(table, predictions);
  return hospitalsOf(table.patients).flatMap((hospital) => {
    const isHere = isOf(hospital);
    const slices = table.only(isHere);
    const people = table.patients.flatMap((patient, i) => (isHere(patient) ? [i] : []));
    if (slices.length === 0) return [];
    const row = (level: MetricsRow['level'], scores: Scores): MetricsRow => ({
      hospital,
      n_slices: slices.length,
      n_patients: people.length,
      level,
      auc: scores.auc.value,
      accuracy: scores.accuracy.value,
      sensitivity: scores.sensitivity.value,
      specificity: scores.specificity.value,
      threshold: predictions.classes === 2 ? HISTORY_THRESHOLD : null,
      note: several(reasonsOf(scores).map((one) => withLabelNames(one, names)))?.text ?? '',
    });
    const sliceLabels = Int32Array.from(slices, (i) => table.labels[i] ?? 0);
    const patientLabels = Int32Array.from(people, (i) => table.patients[i]?.label ?? 0);
    return [
      row('slice', scoresOf(sliceLabels, takeRows(predictions.matrix(), slices))),
      row('patient', scoresOf(patientLabels, takeRows(patients, people))),
    ];
  });
}
