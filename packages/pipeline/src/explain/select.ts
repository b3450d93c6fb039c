import { type ExplainedCategory, naturalCompare } from '@radweave/artifacts';
import { predictedLabel } from '@radweave/study/decisions/predicted-label';

export interface PredictedPatient {
  patient: string;
  hospital: string;
  label: number;
  /** One per class. */
  probabilities: Float64Array;
}

export interface ChosenPatient extends PredictedPatient {
  predicted: number;
  category: ExplainedCategory;
}

/**
 * How sure a prediction is, 0–1: the distance from the threshold as a share of what is possible on that side; with more
 * than two classes the lead of the most probable class over the next.
 */
export function confidence(probabilities: Float64Array, threshold: number | null): number {
  if (threshold !== null) {
    const positive = probabilities[1] ?? 0;
    const room = positive >= threshold ? 1 - threshold : threshold;
    return room === 0 ? 0 : Math.abs(positive - threshold) / room;
  }
  const [first = 0, second = 0] = Array.from(probabilities).sort((a, b) => b - a);
  return first - second;
}

/**
 * The `count` most and least confident right and wrong patients of each hospital, no patient twice: where there are fewer
 * than twice `count`, the less confident half counts as least confident. Predicted labels take turns, the last label first:
 * probabilities may be more extreme on one side of the threshold, and would leave no picture of the other.
 */
export function selectPatients(
  patients: readonly PredictedPatient[],
  { threshold }: { threshold: number | null },
  count: number,
): ChosenPatient[] {
  const hospitals = [...new Set(patients.map(({ hospital }) => hospital))].sort(naturalCompare);
  return hospitals.flatMap((hospital) => {
    const own = patients
      .filter((one) => one.hospital === hospital)
      .map((one) => ({ ...one, predicted: predictedLabel(one.probabilities, threshold) }));
    return (['right', 'wrong'] as const).flatMap((verdict) => {
      const ranked = own
        .filter(({ predicted, label }) => (predicted === label) === (verdict === 'right'))
        .map((one) => ({ one, sure: confidence(one.probabilities, threshold) }))
        .sort((a, b) => b.sure - a.sure || naturalCompare(a.one.patient, b.one.patient))
        .map(({ one }) => one);
      const most = inTurns(ranked).slice(0, Math.min(count, Math.ceil(ranked.length / 2)));
      const others = ranked.filter((one) => !most.includes(one)).reverse();
      const least = inTurns(others).slice(0, count).reverse();
      return [
        ...most.map((one) => ({ ...one, category: `most_confident_${verdict}` as const })),
        ...least.map((one) => ({ ...one, category: `least_confident_${verdict}` as const })),
      ];
    });
  });
}

/** The first of each predicted label, the last label first, then the second of each, and so on. */
function inTurns<T extends { predicted: number }>(ranked: readonly T[]): T[] {
  const turnOf = ranked.map(
    ({ predicted }, i) => ranked.slice(0, i).filter((one) => one.predicted === predicted).length,
  );
  return ranked
    .map((one, i) => ({ one, turn: turnOf[i] ?? 0 }))
    .sort((a, b) => a.turn - b.turn || b.one.predicted - a.one.predicted)
    .map(({ one }) => one);
}
