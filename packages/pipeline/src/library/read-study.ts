import { FusionResults } from '@radweave/analysis/fusion/fusion-results';
import {
  type CohortPatient,
  type Config,
  type Evaluation,
  evaluationFiles,
  evaluationFolder,
  type FusionMetricsRow,
  type FusionModelFile,
  fusionFolder,
  type PredictionRow,
  type RunRecord,
  readEvaluation,
  type Split,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { readCohort } from '@radweave/study/cohort/read-cohort';
import { damagedRuns, findRuns } from '@radweave/study/runs/run-folder';
import * as take from '../declare/taken.ts';

export interface StudyFusion {
  model: FusionModelFile;
  metrics: FusionMetricsRow[];
  predictions: Record<Split, PredictionRow[]>;
}

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
export function readStudy(given: Config): Study {
  const config = take.takenConfig('readStudy', given);
  const { record } = evaluationFiles(evaluationFolder(config));
  const [damaged] = damagedRuns(config.experiment.output_dir);
  if (damaged !== undefined) throw damaged.error;
  return {
    patients: readCohort(config.data, config.data.modalities)?.patients ?? null,
    runs: findRuns(config.experiment.output_dir, 'best', {}).map((run) => run.read()),
    fusion: fusionOf(fusionFolder(config)),
    evaluation: existsSync(record) ? readEvaluation(record) : null,
  };
}

function fusionOf(folder: string): StudyFusion | null {
  const results = FusionResults.read(folder);
  if (results === null) return null;
  return {
    model: results.model,
    metrics: results.metrics(),
    predictions: forEachSplit((split) => results.predictions(split)),
  };
}
