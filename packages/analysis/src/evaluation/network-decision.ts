import { type Evaluation, type ExplainedDecision, evaluatedNetwork } from '@radweave/artifacts';
import { type Aggregation, parseFrozen } from '@radweave/stats';

/** How a patient's slices become a verdict. */
export interface Decision {
  source: ExplainedDecision['source'];
  aggregation: Aggregation;
  /** Null with more than two classes. */
  threshold: number | null;
}

/** Mean over slices; positive from 0.5 on, or the most probable of more than two classes. */
export function byDefault(classes: number): Decision {
  return { source: 'default', aggregation: { method: 'mean' }, threshold: classes === 2 ? 0.5 : null };
}

/** What an evaluation froze for the network of a modality; the defaults where it has none. */
export function decisionOf(evaluation: Evaluation, modality: string, classes: number): Decision {
  const fallback = byDefault(classes);
  const model = evaluatedNetwork(evaluation, modality);
  if (model === undefined) return fallback;
  const { aggregation, threshold } = model.frozen;
  return {
    source: 'evaluation',
    aggregation:
      aggregation === null ? fallback.aggregation : parseFrozen(aggregation, 'aggregation').value.chosen,
    threshold: threshold === null ? fallback.threshold : parseFrozen(threshold, 'threshold').value.threshold,
  };
}
