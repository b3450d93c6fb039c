import {
  type Evaluation,
  evaluationFiles,
  predictionsPath,
  SPLITS,
  writeAggregation,
  writeComparisons,
  writeCurves,
  writeEvaluatedPatients,
  writeEvaluation,
  writeEvaluationMetrics,
  writeHeterogeneity,
} from '@radweave/artifacts';
import { rmSync } from '@radweave/artifacts/files';
import { writeFrozenFolder } from './frozen-folder.ts';

/** Writes every file of an evaluation. `evaluation.json` comes last: tables without one are unfinished. */
export function writeAll(folder: string, evaluation: Evaluation): string {
  const places = evaluationFiles(folder);
  const file = places.record;
  rmSync(file, { force: true });
  rmSync(places.frozen, { recursive: true, force: true });
  const { models, label_names } = evaluation;
  writeEvaluationMetrics(places.metrics, evaluation.rows);
  writeComparisons(places.comparisons, evaluation.comparisons);
  writeAggregation(places.aggregation, evaluation.aggregation);
  writeHeterogeneity(places.heterogeneity, evaluation.heterogeneity);
  writeCurves(places, evaluation.curves);
  for (const split of SPLITS) {
    writeEvaluatedPatients(predictionsPath(folder, split), models, split, label_names.length);
  }
  writeFrozenFolder(places.frozen, models);
  writeEvaluation(file, evaluation);
  return file;
}
