import { type Config, type KeyedPatient, readCohort, readExclusions, splitFiles } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { readOwnCohort } from '@radweave/study/cohort/own-splits';

/** Everybody a study knows, those too whom it left out. */
export function patientsOfStudy({ data }: Pick<Config, 'data'>): KeyedPatient[] {
  const { cohort, exclusions } = splitFiles(data.splits_dir);
  const used = existsSync(cohort)
    ? readCohort(cohort).patients
    : (readOwnCohort(data, data.modalities)?.patients ?? []);
  const left = existsSync(exclusions) ? readExclusions(exclusions) : [];
  const all = [...used, ...left].map(({ patient, hospital }) => ({ patient, hospital }));
  return [...new Map(all.map((one) => [one.patient, one])).values()];
}
