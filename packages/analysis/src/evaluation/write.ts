import { basename } from 'node:path';
import {
  type Evaluation,
  evaluationFiles,
  hasKey,
  predictionsPath,
  refuseOther,
  refuseOtherTables,
  replaceFilesTogether,
  SPLITS,
  writeAggregation,
  writeComparisons,
  writeCurves,
  writeEvaluatedPatients,
  writeEvaluation,
  writeEvaluationMetrics,
  writeHeterogeneity,
} from '@radweave/artifacts';
import { writeFrozenFolder } from './frozen-folder.ts';

/** Replaces every file of an evaluation together. @returns its record; tables without one are unfinished. */
export async function writeAll(folder: string, evaluation: Evaluation): Promise<string> {
  const { record, frozen } = evaluationFiles(folder);
  await replaceFilesTogether(folder, (staging) => fill(staging, evaluation), {
    last: basename(record),
    obsolete: [basename(frozen)],
    unfinishedWithoutLast: true,
  });
  return record;
}

/** The folder may be anyone's, and the names are common ones. @throws UsageError `E_OTHER_FILE`. */
export function refuseOtherEvaluation(folder: string): void {
  const flag = '--set experiment.output_dir=FOLDER';
  const { record, metrics, comparisons, aggregation, heterogeneity, roc, calibration, decision } =
    evaluationFiles(folder);
  refuseOther(record, flag, 'an evaluation of Radweave', () => hasKey(record, 'models'));
  const predictions = SPLITS.map((split) => predictionsPath(folder, split));
  refuseOtherTables(folder, flag, 'a table of an evaluation of Radweave', {
    [basename(metrics)]: ['model', 'split'],
    [basename(comparisons)]: ['first', 'second'],
    [basename(aggregation)]: ['model', 'aggregation'],
    [basename(heterogeneity)]: ['model', 'q'],
    [basename(roc)]: ['fpr', 'tpr'],
    [basename(calibration)]: ['model', 'observed'],
    [basename(decision)]: ['model', 'threshold'],
    ...Object.fromEntries(predictions.map((path) => [basename(path), ['label', 'predicted']])),
  });
}

function fill(folder: string, evaluation: Evaluation): void {
  const places = evaluationFiles(folder);
  const { models, label_names } = evaluation;
  writeEvaluationMetrics(places.metrics, evaluation.rows, label_names);
  writeComparisons(places.comparisons, evaluation.comparisons, label_names);
  writeAggregation(places.aggregation, evaluation.aggregation);
  writeHeterogeneity(places.heterogeneity, evaluation.heterogeneity, label_names);
  writeCurves(places, evaluation.curves, label_names);
  for (const split of SPLITS) {
    writeEvaluatedPatients(predictionsPath(folder, split), models, split, label_names);
  }
  writeFrozenFolder(places.frozen, models);
  writeEvaluation(places.record, evaluation);
}
