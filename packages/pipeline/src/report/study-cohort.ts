import { join } from 'node:path';
import {
  type CohortPatient,
  type Config,
  readBrightness,
  readCohort,
  readExclusions,
  readSplitSummary,
  type SplitSummary,
  splitHash,
  UsageError,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { Division, Oddities } from '@radweave/report';
import { readOwnCohort } from '@radweave/study/cohort/own-splits';
import { requireSplit } from '@radweave/study/cohort/split-folder';
import type { UsedFiles } from './used-files.ts';

/** Who was in the study. */
export interface StudyCohort {
  cohort: CohortPatient[];
  modalities: string[];
  /** Null where `preprocess` did not make the splits. */
  division: Division | null;
  splitHash: string;
  /** Versions of what made the splits. */
  versions: Record<string, string>;
}

/**
 * Reads who was in the study: what `preprocess` wrote of the patients, else the split files themselves, of users who
 * divided the patients in another way.
 *
 * @param modalities those that were evaluated.
 * @throws UsageError when there is neither; DataError for a patient who is not the same in every split file.
 */
export function readStudyCohort(
  { data }: Config,
  modalities: readonly string[],
  files: UsedFiles,
): StudyCohort {
  const record = (name: string): string => join(data.splits_dir, name);
  const [cohort, summaryFile, exclusions] = [
    record('cohort.csv'),
    record('summary.json'),
    record('exclusions.csv'),
  ];
  const records = [cohort, summaryFile, exclusions];
  const missing = records.filter((path) => !existsSync(path));
  if (missing.length === records.length) return ownCohort(data, modalities, files);
  // A split of preprocess that lost a record is not one that the researchers made.
  if (missing[0] !== undefined) throw noCohort(missing[0]);
  requireSplit(data.splits_dir, modalities);
  for (const path of records) files.add(path);
  const summary = readSplitSummary(summaryFile);
  return {
    cohort: readCohort(cohort).patients,
    modalities: summary.modalities,
    division: {
      trainShare: summary.train_ratio,
      seed: summary.seed,
      synthetic: summary.synthetic ?? [],
      exclusions: readExclusions(exclusions),
      oddities: odditiesOf(summary, record('brightness.csv'), files),
    },
    splitHash: summary.split_hash,
    versions: summary.versions,
  };
}

function odditiesOf({ warnings }: SplitSummary, brightness: string, files: UsedFiles): Oddities | null {
  if (warnings === undefined || !existsSync(brightness)) return null;
  files.add(brightness);
  return { warnings, brightness: readBrightness(brightness) };
}

function ownCohort(data: Config['data'], modalities: readonly string[], files: UsedFiles): StudyCohort {
  const own = readOwnCohort(data, modalities);
  if (own === null) throw noCohort(data.splits_dir);
  for (const path of own.files) files.add(path);
  return {
    cohort: own.patients,
    modalities: [...modalities],
    division: null,
    splitHash: splitHash(own.patients),
    versions: {},
  };
}

function noCohort(path: string): UsageError {
  return new UsageError('E_REPORT_COHORT', 'a report needs the files that say who is in which set', {
    where: path,
    mend: 'Divide the patients with radweave preprocess, or name the folder of your split files with --splits_dir',
  });
}
