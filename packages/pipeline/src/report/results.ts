import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CohortPatient,
  type Config,
  DataError,
  type Evaluation,
  type Exclusion,
  type FusionModelFile,
  readCohort,
  readEvaluation,
  readExclusions,
  readFusionModel,
  readSplitSummary,
  type SplitSummary,
  UsageError,
} from '@radweave/artifacts';
import type { Optional } from '@radweave/report';
import { evaluationFolder } from '../stages/evaluate.ts';
import { fusionFolder } from '../stages/fuse.ts';
import type { UsedFiles } from './used_files.ts';

/**
 * Reads the evaluation that a report is about.
 *
 * @throws UsageError when there is none; DataError when a file it was made from has changed since.
 */
export function readResults(config: Config, files: UsedFiles): Evaluation {
  const path = join(evaluationFolder(config), 'evaluation.json');
  if (!existsSync(path)) {
    throw new UsageError('E_NO_EVALUATION', 'there is no evaluation to report', {
      where: path,
      mend: 'Run radweave evaluate first, or name the folder of the outputs with --output_dir',
    });
  }
  const evaluation = readEvaluation(path);
  files.add(path);
  for (const input of evaluation.inputs) {
    const file = files.locate(input.path);
    if (existsSync(file) && files.add(file) === input.sha256) continue;
    throw new DataError('E_REPORT_STALE', 'a file that was evaluated is missing or has changed since', {
      where: file,
      mend: 'Run radweave evaluate again',
    });
  }
  return evaluation;
}

/** Who was in the study, from the folder of the splits. */
export interface Cohort {
  cohort: CohortPatient[];
  summary: SplitSummary;
  exclusions: Exclusion[];
}

/** Reads what `preprocess` wrote of the patients. @throws UsageError for splits that it did not make. */
export function readStudyCohort({ data }: Config, files: UsedFiles): Cohort {
  const read = <T>(name: string, reader: (path: string) => T): T => {
    const path = join(data.splits_dir, name);
    if (!existsSync(path)) {
      throw new UsageError('E_REPORT_COHORT', `a report needs ${name} of radweave preprocess`, {
        where: path,
        mend: 'Divide the patients with radweave preprocess, or name its folder with --splits_dir',
      });
    }
    files.add(path);
    return reader(path);
  };
  return {
    cohort: read('cohort.csv', readCohort).patients,
    summary: read('summary.json', readSplitSummary),
    exclusions: read('exclusions.csv', readExclusions),
  };
}

/** The fusion, when it is among the models that were evaluated. */
export function readFusion(
  config: Config,
  { models }: Evaluation,
  files: UsedFiles,
): Optional<FusionModelFile> {
  const path = join(fusionFolder(config), 'model.json');
  if (!models.some(({ kind }) => kind === 'fused' || kind === 'features')) {
    return { missing: { command: 'radweave fuse, then radweave evaluate', reason: '' } };
  }
  if (!existsSync(path)) {
    throw new UsageError('E_NO_FUSION', 'the fusion that was evaluated is not there', {
      where: path,
      mend: 'Name its folder with --fusion_dir',
    });
  }
  files.add(path);
  return { value: readFusionModel(path) };
}
