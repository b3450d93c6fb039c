import {
  type CohortPatient,
  type Config,
  changedSlices,
  readBrightness,
  readExclusions,
  type SplitSummary,
  type StudySlices,
  splitFiles,
  splitHash,
  UsageError,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { Clinical, Division, Oddities } from '@radweave/report';
import { readCohort } from '@radweave/study/cohort/read-cohort';
import { readClinical, refused } from './clinical.ts';
import type { UsedFiles } from './used-files.ts';

/** What a record says of whose data it was made from; earlier versions did not. */
interface Made {
  split_hash?: string | null | undefined;
  slices_identity?: StudySlices | undefined;
}

export interface StudyCohort {
  cohort: CohortPatient[];
  modalities: string[];
  /** Null where `preprocess` did not make the splits. */
  division: Division | null;
  /** Null where no table told of the patients. */
  clinical: Clinical | null;
  /** Whether a record is of other patients or slices than the present ones, and says nothing of them. */
  isOther: (record: Made) => boolean;
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
  data: Config['data'],
  modalities: readonly string[],
  files: UsedFiles,
): StudyCohort {
  const places = splitFiles(data.splits_dir);
  const records = [places.cohort, places.summary, places.exclusions];
  const [lost, ...more] = records.filter((path) => !existsSync(path));
  // A split of preprocess that lost a record is not one that the researchers made.
  if (lost !== undefined && more.length + 1 < records.length) throw noCohort(lost);
  const cohort = readCohort(data, modalities);
  if (cohort === null) throw noCohort(data.splits_dir);
  const { patients, summary } = cohort;
  const slices = cohort.slices();
  const isOther =
    (present: string) =>
    ({ split_hash = present, slices_identity = {} }: Made): boolean =>
      split_hash !== present || changedSlices(slices_identity, slices).length > 0;
  for (const path of summary === null ? cohort.files : records) files.add(path);
  if (data.clinical.length > 0 && (summary === null || !existsSync(places.clinical))) {
    throw refused(
      places.clinical,
      'columns of the table of patients are named, and there is none',
      'Give radweave preprocess the table with --table, or leave data.clinical (--clinical) empty',
    );
  }
  if (summary === null) {
    const common = { cohort: patients, modalities: [...modalities], division: null, clinical: null };
    return { ...common, isOther: isOther(splitHash(patients)), versions: {} };
  }
  return {
    cohort: patients,
    modalities: summary.modalities,
    division: {
      drawn: summary.given_split === true ? null : { trainShare: summary.train_ratio, seed: summary.seed },
      synthetic: summary.synthetic ?? [],
      exclusions: summary.exclusions ?? readExclusions(places.exclusions),
      oddities: odditiesOf(summary, places.brightness, files),
    },
    clinical: clinicalOf(places.clinical, patients, data.clinical, files),
    isOther: isOther(summary.split_hash),
    versions: summary.versions,
  };
}

function clinicalOf(
  path: string,
  cohort: readonly CohortPatient[],
  named: readonly string[],
  files: UsedFiles,
): Clinical | null {
  if (!existsSync(path)) return null;
  files.add(path);
  return readClinical(path, cohort, named);
}

function odditiesOf({ warnings }: SplitSummary, brightness: string, files: UsedFiles): Oddities | null {
  if (warnings === undefined || !existsSync(brightness)) return null;
  files.add(brightness);
  return { warnings, brightness: readBrightness(brightness) };
}

function noCohort(path: string): UsageError {
  return new UsageError('E_REPORT_COHORT', 'a report needs the files that say who is in which set', {
    where: path,
    hint: 'Divide the patients with radweave preprocess, or name the folder of your split files with --splits_dir',
  });
}
