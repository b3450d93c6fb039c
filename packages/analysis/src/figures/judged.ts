import { join } from 'node:path';
import {
  type FusionMetricsRow,
  type PredictionRow,
  readFusionMetrics,
  readFusionModel,
  readPredictions,
  type Split,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { thresholdOf } from '../fusion/classifier.ts';

/** The splits that a classifier is judged on: training patients would flatter it. */
export type JudgedSplit = Exclude<Split, 'train'>;

export const JUDGED_SPLITS: readonly JudgedSplit[] = ['val', 'test'];

/** How figures name the splits. */
export const SPLIT_TITLES: Readonly<Record<Split, string>> = {
  train: 'training',
  val: 'validation',
  test: 'external test',
};

/** What `fuse` left behind. */
export interface FusionResults {
  labels: string[];
  /** `fused` first. */
  models: string[];
  /** Frozen threshold of the fused model; null with more than two classes. */
  threshold: number | null;
  metrics: FusionMetricsRow[];
  predictions: Record<JudgedSplit, PredictionRow[]>;
}

/** Reads the results in a fusion folder; undefined when `fuse` has not finished there. */
export function readFusionResults(folder: string): FusionResults | undefined {
  const modelFile = join(folder, 'model.json');
  if (!existsSync(modelFile)) return undefined;
  const { classifiers, label_names } = readFusionModel(modelFile);
  const fused = classifiers.find(({ name }) => name === 'fused');
  return {
    labels: label_names,
    models: classifiers.map(({ name }) => name),
    threshold: fused === undefined ? null : thresholdOf(fused),
    metrics: readFusionMetrics(join(folder, 'metrics.csv')),
    predictions: {
      val: readPredictions(join(folder, 'predictions_val.csv')),
      test: readPredictions(join(folder, 'predictions_test.csv')),
    },
  };
}
