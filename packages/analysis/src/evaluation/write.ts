import { basename, join } from 'node:path';
import {
  type Evaluation,
  evaluationFiles,
  jsonWith,
  predictionsPath,
  refuseOthers,
  replaceFilesTogether,
  SPLITS,
  tableWith,
  writeAggregation,
  writeComparisons,
  writeCurves,
  writeEvaluatedPatients,
  writeEvaluation,
  writeEvaluationMetrics,
  writeHeterogeneity,
} from '@radweave/artifacts';
import { frozenFiles, writeFrozenFolder } from './frozen-folder.ts';

/** Replaces every file of an evaluation together. @returns its record; tables without one are unfinished. */
export async function writeAll(folder: string, evaluation: Evaluation): Promise<string> {
  const { record, frozen } = evaluationFiles(folder);
  await replaceFilesTogether(folder, (staging) => fill(staging, evaluation), {
    last: basename(record),
    obsolete: frozenFiles(frozen).map((name) => join(basename(frozen), name)),
    shared: [basename(frozen)],
    unfinishedWithoutLast: true,
  });
  return record;
}

/** @throws UsageError `E_OTHER_FILE`. */
export function refuseOtherEvaluation(folder: string): void {
  const { record, metrics, comparisons, aggregation, heterogeneity, roc, calibration, decision, frozen } =
    evaluationFiles('');
  refuseOthers(folder, '--set experiment.output_dir=FOLDER', 'a file of an evaluation of Radweave', {
    [record]: jsonWith('models'),
    [metrics]: tableWith('model', 'split'),
    [comparisons]: tableWith('first', 'second'),
    [aggregation]: tableWith('model', 'aggregation'),
    [heterogeneity]: tableWith('model', 'q'),
    [roc]: tableWith('fpr', 'tpr'),
    [calibration]: tableWith('model', 'observed'),
    [decision]: tableWith('model', 'threshold'),
    ...Object.fromEntries(
      frozenFiles(join(folder, frozen)).map((name) => [join(frozen, name), jsonWith('fitted_on')]),
    ),
    ...Object.fromEntries(
      SPLITS.map((split) => [predictionsPath('', split), tableWith('label', 'predicted')]),
    ),
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
