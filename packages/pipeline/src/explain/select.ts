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
 * than twice `count`, the less confident half counts as least confident.
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
      const most = Math.min(count, Math.ceil(ranked.length / 2));
      const least = Math.min(count, ranked.length - most);
      return [
        ...ranked.slice(0, most).map((one) => ({ ...one, category: `most_confident_${verdict}` as const })),
        ...ranked
          .slice(ranked.length - least)
          .map((one) => ({ ...one, category: `least_confident_${verdict}` as const })),
      ];
    });
  });
}
