import {
  type CohortPatient,
  type Config,
  readCohort as readCohortFile,
  type SplitSummary,
  type StudySlices,
  slicesIn,
  splitFiles,
  splitSummaryIn,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { readOwnCohort } from './own-splits.ts';
import { requireSplit } from './split-folder.ts';

export interface Cohort {
  patients: CohortPatient[];
  /** What `preprocess` wrote of the division; null where the researchers made it. */
  summary: SplitSummary | null;
  /** Hospitals of training and validation; null where nothing but the configuration tells them. */
  homeHospital: string | null;
  files: readonly string[];
  /** Which slices the sets of the modalities have, as far as is known. */
  slices: () => StudySlices;
  /** How to name them to a user. */
  source: 'cohort.csv' | 'the split files';
}

/**
 * Reads who is in which set from the folder of the splits: what `preprocess` wrote, else the split files themselves, of
 * researchers who divided the patients in another way. The one reader of all that trust the division; the audit and
 * `verify`, which do not, read the files by themselves.
 *
 * @param modalities whose split files are read where there is no `cohort.csv`.
 * @returns null where there is neither.
 * @throws DataError when the files are not of one division, or a patient is not the same in every split file.
 */
export function readCohort(
  data: Pick<Config['data'], 'splits_dir' | 'root_dir'>,
  modalities: readonly string[],
): Cohort | null {
  requireSplit(data.splits_dir, modalities);
  const places = splitFiles(data.splits_dir);
  const summary = splitSummaryIn(data.splits_dir);
  if (existsSync(places.cohort)) {
    const { patients } = readCohortFile(places.cohort);
    const homeHospital = summary?.home_hospital ?? null;
    const slices = (): StudySlices => slicesIn(summary, modalities);
    return { patients, summary, homeHospital, files: [places.cohort], slices, source: 'cohort.csv' };
  }
  const own = readOwnCohort(data, modalities);
  if (own === null) return null;
  const { patients, files } = own;
  const homeHospital = summary?.home_hospital ?? own.homeHospital;
  const slices = (): StudySlices => slicesIn(summary, modalities, own.namesHash);
  return { patients, summary, homeHospital, files, slices, source: 'the split files' };
}

/** Which slices the sets of modalities have now, as far as is known. @throws DataError as {@link readCohort}. */
export function presentSlices(data: Config['data'], modalities: readonly string[]): StudySlices {
  return readCohort(data, modalities)?.slices() ?? {};
}
