import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CohortPatient,
  type Config,
  DataError,
  readCohort,
  readExclusions,
  readSplit,
  readSplitSummary,
  SPLITS,
  splitHash,
  splitPath,
  UsageError,
} from '@radweave/artifacts';
import type { Division } from '@radweave/report';
import type { UsedFiles } from './used_files.ts';

/** Who was in the study. */
export interface StudyCohort {
  cohort: CohortPatient[];
  homeHospital: string;
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
  if (missing.length === records.length) return fromSplitFiles(data, modalities, files);
  // A split of preprocess that lost a record is not one that the researchers made.
  if (missing[0] !== undefined) throw noCohort(missing[0]);
  for (const path of records) files.add(path);
  const summary = readSplitSummary(summaryFile);
  return {
    cohort: readCohort(cohort).patients,
    homeHospital: summary.home_hospital,
    modalities: summary.modalities,
    division: {
      trainShare: summary.train_ratio,
      seed: summary.seed,
      exclusions: readExclusions(exclusions),
    },
    splitHash: summary.split_hash,
    versions: summary.versions,
  };
}

function fromSplitFiles(
  { splits_dir, root_dir }: Config['data'],
  modalities: readonly string[],
  files: UsedFiles,
): StudyCohort {
  const patients = new Map<string, CohortPatient>();
  for (const split of SPLITS) {
    for (const modality of modalities) {
      const path = splitPath(splits_dir, split, modality);
      if (!existsSync(path)) throw noCohort(path);
      files.add(path);
      for (const { patient, hospital, label } of readSplit(path, { rootDir: root_dir ?? undefined })) {
        const known = patients.get(patient) ?? { patient, hospital, label, split, slices: {} };
        if (known.split !== split || known.hospital !== hospital || known.label !== label) {
          throw differs(known, { patient, hospital, label, split }, path);
        }
        const slices = { ...known.slices, [modality]: (known.slices[modality] ?? 0) + 1 };
        patients.set(patient, { ...known, slices });
      }
    }
  }
  const cohort = [...patients.values()];
  const home = cohort.filter(({ split }) => split !== 'test').map(({ hospital }) => hospital);
  return {
    cohort,
    homeHospital: [...new Set(home)].sort().join(', '),
    modalities: [...modalities],
    division: null,
    splitHash: splitHash(cohort),
    versions: {},
  };
}

function noCohort(path: string): UsageError {
  return new UsageError('E_REPORT_COHORT', 'a report needs the files that say who is in which set', {
    where: path,
    mend: 'Divide the patients with radweave preprocess, or name the folder of your split files with --splits_dir',
  });
}

function differs(known: CohortPatient, now: Omit<CohortPatient, 'slices'>, path: string): DataError {
  const told = ({ split, hospital, label }: Omit<CohortPatient, 'slices'>): string =>
    `${split}, ${hospital}, label ${label}`;
  return new DataError(
    'E_REPORT_SPLITS',
    `patient ${now.patient} is ${told(now)} here, but ${told(known)} in another split file`,
    { where: path, mend: 'Run radweave audit, which lists every such patient, and mend the split files' },
  );
}
