import { join } from 'node:path';
import {
  type CohortPatient,
  type Config,
  DataError,
  readCohort,
  readSplitSummary,
  type Split,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { readOwnCohort } from '@radweave/study/cohort/own-splits';
import { requireSplit } from '@radweave/study/cohort/split-folder';
import type { IsHome } from './candidate.ts';

/** Who is home and who is external, from the folder of the splits. */
export interface CohortFacts {
  homeHospital: string;
  isHome: IsHome;
  /** Files that were read. */
  files: string[];
  /** @throws DataError when a patient is not in this split, hospital or class of the cohort. */
  check: (patients: readonly Member[], split: Split, file: string) => void;
}

interface Member {
  patient: string;
  hospital: string;
  label: number;
}

/**
 * Reads `cohort.csv` and `summary.json` of the splits. Users' own splits may lack them: then the split files say who is
 * where, and training and validation are home, whatever the hospital.
 */
export function readCohortFacts(config: Config, modalities: readonly string[]): CohortFacts {
  const { splits_dir, home_hospital } = config.data;
  requireSplit(splits_dir, modalities);
  const cohortFile = join(splits_dir, 'cohort.csv');
  const summaryFile = join(splits_dir, 'summary.json');
  const summary = existsSync(summaryFile) ? readSplitSummary(summaryFile) : null;
  const own = existsSync(cohortFile) ? null : readOwnCohort(config.data, modalities);
  const cohort = existsSync(cohortFile) ? readCohort(cohortFile).patients : (own?.patients ?? null);
  const source = own === null ? 'cohort.csv' : 'the split files';
  const known = new Map(cohort?.map((one) => [one.patient, one]));
  return {
    homeHospital: summary?.home_hospital ?? own?.homeHospital ?? home_hospital,
    isHome: (hospital, split) => split !== 'test' && (summary === null || hospital === summary.home_hospital),
    // Of the summary only the home hospital, which the evaluation names: its places may change.
    files: own?.files ?? (cohort === null ? [] : [cohortFile]),
    check: (patients, split, file) => {
      if (cohort === null) return;
      for (const one of patients) checkMember(one, split, file, known.get(one.patient), source);
    },
  };
}

function checkMember(
  one: Member,
  split: Split,
  file: string,
  known: CohortPatient | undefined,
  source: string,
): void {
  const same =
    known?.split === split &&
    known.label === one.label &&
    (one.hospital === '' || known.hospital === one.hospital);
  if (same) return;
  const here = `${split}, ${one.hospital || 'no hospital'}, label ${one.label}`;
  const there =
    known === undefined ? 'absent from' : `${known.split}, ${known.hospital}, label ${known.label} in`;
  throw new DataError('E_EVALUATE_SPLIT', `patient ${one.patient} is ${here}, but ${there} ${source}`, {
    where: file,
    mend: 'These results belong to another split: train, extract and fuse again',
  });
}
