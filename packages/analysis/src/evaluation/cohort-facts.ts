import { type CohortPatient, type Config, DataError, type Split } from '@radweave/artifacts';
import { readCohort } from '@radweave/study/cohort/read-cohort';
import type { IsHome } from './candidate.ts';

/** Who is home and who is external, from the folder of the splits. */
export interface CohortFacts {
  homeHospital: string;
  isHome: IsHome;
  /** What the labels are called, where they have names. */
  labelNames: readonly (string | undefined)[];
  /** Files that were read. */
  files: readonly string[];
  /** Of each patient of a split who has the modality, how many slices. */
  slicesOf: (split: Split, modality: string) => ReadonlyMap<string, number>;
  /** @throws DataError when a patient is not in this split, hospital or class of the cohort. */
  check: (patients: readonly Member[], split: Split, file: string) => void;
}

interface Member {
  patient: string;
  hospital: string;
  label: number;
}

/** Reads who is where. In users' own splits training and validation are home, whatever the hospital. */
export function readCohortFacts(data: Config['data'], modalities: readonly string[]): CohortFacts {
  const cohort = readCohort(data, modalities);
  const given = cohort?.summary?.given_split === true;
  const home = given ? undefined : cohort?.summary?.home_hospital;
  const labelNames: (string | undefined)[] = [];
  for (const { label, label_name } of cohort?.patients ?? []) labelNames[label] ??= label_name;
  const known = new Map(cohort?.patients.map((one) => [one.patient, one]));
  return {
    homeHospital: cohort?.homeHospital ?? data.home_hospital,
    isHome: (hospital, split) => split !== 'test' && (home === undefined || hospital === home),
    labelNames,
    // Of the summary only the home hospital, which the evaluation names: its places may change.
    files: cohort?.files ?? [],
    slicesOf: (split, modality) =>
      new Map(
        (cohort?.patients ?? []).flatMap((one) =>
          one.split === split ? [[one.patient, one.slices[modality] ?? 0]] : [],
        ),
      ),
    check: (patients, split, file) => {
      if (cohort === null) return;
      for (const one of patients) checkMember(one, split, file, known.get(one.patient), cohort.source);
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
    hint: 'These results belong to another split: train, extract and fuse again',
  });
}
