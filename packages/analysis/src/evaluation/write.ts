import { join } from 'node:path';
import {
  type Evaluation,
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
  const file = join(folder, 'evaluation.json');
  rmSync(file, { force: true });
  rmSync(join(folder, 'frozen'), { recursive: true, force: true });
  const { models, label_names } = evaluation;
  writeEvaluationMetrics(join(folder, 'metrics.csv'), evaluation.rows);
  writeComparisons(join(folder, 'comparisons.csv'), evaluation.comparisons);
  writeAggregation(join(folder, 'aggregation.csv'), evaluation.aggregation);
  writeHeterogeneity(join(folder, 'heterogeneity.csv'), evaluation.heterogeneity);
  const curves = {
    roc: join(folder, 'roc.csv'),
    calibration: join(folder, 'calibration.csv'),
    decision: join(folder, 'decision_curve.csv'),
  };
  writeCurves(curves, evaluation.curves);
  for (const split of SPLITS) {
    writeEvaluatedPatients(join(folder, `predictions_${split}.csv`), models, split, label_names.length);
  }
  writeFrozenFolder(join(folder, 'frozen'), models);
  writeEvaluation(file, evaluation);
  return file;
}
