import { type FusionMetricsRow, type FusionModelFile, type InSample, levelOf } from '@radweave/artifacts';
import { type Remark, several, withLabelNames } from '@radweave/remarks';
import { type Matrix, takeRows } from '@radweave/stats';
import { hospitalsOf, isOf } from '@radweave/study/cohort/hospitals';
import { nobodyIn, scorePatients } from '../scores/scorer.ts';
import type { FusedSplit } from './fused-split.ts';

/** One classifier's probabilities for one split, and what to say beside its numbers. */
export interface ScoredSplit {
  model: string;
  fused: FusedSplit;
  /** Patients × classes. */
  probabilities: Matrix;
  /** Frozen; null with more than two classes. */
  threshold: number | null;
  inSample: InSample;
  notes: readonly Remark[];
}

/**
 * Rows of `metrics.csv` for one classifier and split: all hospitals together, then each; labels and the level of the intervals
 * are those of the model.
 */
export function fusionMetrics(
  scored: ScoredSplit,
  { label_names: names, options }: Pick<FusionModelFile, 'label_names' | 'options'>,
): FusionMetricsRow[] {
  const { model, fused, probabilities, threshold, inSample, notes } = scored;
  const { patients, labels, split } = fused;
  return hospitalsOf(patients).flatMap((hospital) => {
    const isHere = isOf(hospital);
    const here = patients.flatMap((patient, i) => (isHere(patient) ? [i] : []));
    const own = Int32Array.from(here, (i) => labels[i] ?? 0);
    const isAnybody = notes.some(({ code }) => code === 'kinds-elsewhere');
    const empty = here.length === 0 ? [nobodyIn(split, isAnybody)] : [];
    const scores = scorePatients(own, takeRows(probabilities, here), threshold, levelOf(options));
    return scores.map(({ reasons, ...numbers }) => ({
      model,
      split,
      hospital,
      n: here.length,
      ...numbers,
      in_sample: inSample,
      note: several([...empty, ...reasons.map((one) => withLabelNames(one, names)), ...notes])?.text ?? '',
    }));
  });
}
