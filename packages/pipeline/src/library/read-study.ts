import { join } from 'node:path';
import {
  type CohortPatient,
  type Config,
  type Evaluation,
  evaluationFolder,
  type FusionMetricsRow,
  type FusionModelFile,
  fusionFolder,
  type PredictionRow,
  readCohort,
  readEvaluation,
  readFusionMetrics,
  readFusionModel,
  readPredictions,
  type Split,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { readOwnCohort } from '@radweave/study/cohort/own-splits';
import { requireSplit } from '@radweave/study/cohort/split-folder';
import { findRuns, type RunRecord } from '@radweave/study/runs/run-folder';

/** A fusion as it lies on disk. */
export interface StudyFusion {
  model: FusionModelFile;
  metrics: FusionMetricsRow[];
  predictions: Record<Split, PredictionRow[]>;
}

/** What a study has so far. */
export interface Study {
  /** Null before the patients were divided. */
  patients: CohortPatient[] | null;
  /** Trained networks, the newest first, without those of folds. */
  runs: RunRecord[];
  fusion: StudyFusion | null;
  /** Every model on every patient, with intervals. */
  evaluation: Evaluation | null;
}

/** Reads the results of a study. @throws DataError for a file that is damaged. */
export function readStudy(config: Config): Study {
  const evaluation = join(evaluationFolder(config), 'evaluation.json');
  return {
    patients: patientsOf(config),
    runs: findRuns(config.experiment.output_dir, 'best', {}).map((run) => run.read()),
    fusion: fusionOf(fusionFolder(config)),
    evaluation: existsSync(evaluation) ? readEvaluation(evaluation) : null,
  };
}

function patientsOf({ data }: Config): CohortPatient[] | null {
  const cohort = join(data.splits_dir, 'cohort.csv');
  if (!existsSync(cohort)) return readOwnCohort(data, data.modalities)?.patients ?? null;
  requireSplit(data.splits_dir, data.modalities);
  return readCohort(cohort).patients;
}

/** The record of the model is written last: without it there is no fusion. */
function fusionOf(folder: string): StudyFusion | null {
  const model = join(folder, 'model.json');
  if (!existsSync(model)) return null;
  return {
    model: readFusionModel(model),
    metrics: readFusionMetrics(join(folder, 'metrics.csv')),
    predictions: forEachSplit((split) => readPredictions(join(folder, `predictions_${split}.csv`))),
  };
}
