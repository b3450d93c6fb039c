import {
  type FusionMetricsRow,
  levelOf,
  type PredictionRow,
  type Split,
  thresholdText,
} from '@radweave/artifacts';
import { fusedModel } from '@radweave/remarks';
import type { CohortFacts } from '../evaluation/cohort-facts.ts';
import { presentPredictions } from '../evaluation/fusion-models.ts';
import { thresholdOf } from '../fusion/classifier.ts';
import { FusionResults } from '../fusion/fusion-results.ts';

/** The splits that a classifier is evaluated on: training patients would flatter it. */
export type EvaluatedSplit = Exclude<Split, 'train'>;

export const EVALUATED_SPLITS: readonly EvaluatedSplit[] = ['val', 'test'];

export const SPLIT_TITLES: Readonly<Record<Split, string>> = {
  train: 'training',
  val: 'validation',
  test: 'test',
};

/** Why nothing is drawn of a split: it has no patients, or all lack a modality. */
export function nobodyPredicted({ cohort, modalities }: ShownFusion, split: EvaluatedSplit): string {
  if (cohort[split] === 0) return `there are no ${SPLIT_TITLES[split]} patients`;
  return `the ${fusedModel(modalities)} predicts nobody: no ${SPLIT_TITLES[split]} patient has every modality`;
}

export interface ShownFusion {
  modalities: readonly string[];
  labels: string[];
  /** `fused` first. */
  models: string[];
  /** Frozen threshold of the fused model, as it is printed; null with more than two classes. */
  threshold: string | null;
  metrics: FusionMetricsRow[];
  /** Confidence level of their intervals. */
  level: number;
  /** How many patients there are, with whatever modality. */
  cohort: Record<EvaluatedSplit, number>;
  predictions: Record<EvaluatedSplit, PredictionRow[]>;
}

/**
 * Reads what is shown of the fusion in a folder; undefined when `fuse` has not finished there.
 *
 * @throws DataError `E_FUSION_MODALITIES` when it is of other modalities, `E_EVALUATE_SPLIT` when its patients are not those of
 *   the cohort; when a table is damaged.
 */
export function readShownFusion(
  folder: string,
  modalities: readonly string[],
  facts: CohortFacts,
): ShownFusion | undefined {
  const results = FusionResults.readOf(folder, modalities);
  if (results === null) return undefined;
  const { classifiers, label_names } = results.model;
  const patientsIn = (split: Split): number =>
    new Set(modalities.flatMap((modality) => [...facts.slicesOf(split, modality).keys()])).size;
  const fused = classifiers.find(({ name }) => name === 'fused');
  const threshold = fused === undefined ? null : thresholdOf(fused);
  const predictions = presentPredictions(results, facts);
  const probabilities = EVALUATED_SPLITS.flatMap((split) =>
    predictions[split].map((row) => Number(row.probability_fused)),
  );
  return {
    modalities,
    labels: label_names,
    models: classifiers.map(({ name }) => name),
    threshold: threshold === null ? null : thresholdText(threshold, probabilities),
    metrics: results.metrics(),
    level: levelOf(results.model.options),
    cohort: { val: patientsIn('val'), test: patientsIn('test') },
    predictions,
  };
}
