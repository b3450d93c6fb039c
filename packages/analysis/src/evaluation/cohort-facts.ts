import {
  type CohortPatient,
  type Config,
  changedSlices,
  DataError,
  type SlicesIdentities,
  type Split,
  type StudySlices,
} from '@radweave/artifacts';
import { are, counted } from '@radweave/remarks';
import { type Cohort, readCohort } from '@radweave/study/cohort/read-cohort';
import { requireInSplit } from '@radweave/study/cohort/split-folder';
import { allowsMissing, otherSlices } from '../features/known-patients.ts';
import type { IsHome } from './candidate.ts';

/** Who is home and who is external, from the folder of the splits. */
export interface CohortFacts {
  homeHospital: string;
  isHome: IsHome;
  /** What the labels are called, where they have names. */
  labelNames: readonly (string | undefined)[];
  slices: StudySlices;
  files: readonly string[];
  /** Of each patient of a split who has the modality, how many slices. */
  slicesOf: (split: Split, modality: string) => ReadonlyMap<string, number>;
  /** @throws DataError when results are not of exactly the present patients and slices of their split. */
  check: (results: SplitResults) => void;
}

/** What is to be of the patients who are now in a split. */
export interface SplitResults {
  patients: readonly Pick<CohortPatient, 'patient' | 'hospital' | 'label'>[];
  split: Split;
  file: string;
  /** Whose images the results come from. */
  modalities: readonly string[];
  /** Whose of them a patient's result does come from; left out where of all that there are. */
  usedOf?: ((patient: string) => readonly string[]) | undefined;
  /** By modality, of the slices that the results come from. */
  slices: Readonly<Record<string, SlicesIdentities | undefined>>;
  /** What makes them again. */
  hint: string;
}

/** Reads who is where. In users' own splits training and validation are home, whatever the hospital. */
export function readCohortFacts(data: Config['data'], modalities: readonly string[]): CohortFacts {
  const cohort = readCohort(data, modalities);
  requireInSplit(data.splits_dir, modalities);
  const given = cohort?.summary?.given_split === true;
  const home = given ? undefined : cohort?.summary?.home_hospital;
  const labelNames: (string | undefined)[] = [];
  for (const { label, label_name } of cohort?.patients ?? []) labelNames[label] ??= label_name;
  const isAllowed = allowsMissing(data);
  const slices = cohort?.slices() ?? {};
  return {
    homeHospital: cohort?.homeHospital ?? data.home_hospital,
    isHome: (hospital, split) => split !== 'test' && (home === undefined || hospital === home),
    labelNames,
    slices,
    // Of the summary only the home hospital, which the evaluation names: its places may change.
    files: cohort?.files ?? [],
    slicesOf: (split, modality) =>
      new Map(
        (cohort?.patients ?? []).flatMap((one) =>
          one.split === split ? [[one.patient, one.slices[modality] ?? 0]] : [],
        ),
      ),
    check: (results) => {
      if (cohort === null) return;
      const what =
        strangerIn(results, cohort, isAllowed) ??
        lackingIn(results, cohort, isAllowed) ??
        changedIn(results, slices);
      if (what === null) return;
      const { file: where, hint } = results;
      throw new DataError('E_EVALUATE_SPLIT', what, { where, hint });
    },
  };
}

/** A patient who is now in another split, hospital or class, in none, or without images. */
function strangerIn(results: SplitResults, { patients, source }: Cohort, isAllowed: boolean): string | null {
  const { split, modalities, usedOf } = results;
  const known = new Map(patients.map((one) => [one.patient, one]));
  for (const { patient, hospital, label } of results.patients) {
    const now = known.get(patient);
    const here = `patient ${patient} is ${split}, ${hospital || 'no hospital'}, label ${label}`;
    if (now === undefined) return `${here}, but absent from ${source}`;
    if (now.split !== split || now.label !== label || (hospital !== '' && now.hospital !== hospital))
      return `${here}, but ${now.split}, ${now.hospital}, label ${now.label} in ${source}`;
    if (!hasImages(now, modalities, isAllowed))
      return `patient ${patient} lacks images of ${modalities.join(' or ')} in ${source}`;
    const used = usedOf?.(patient);
    if (used === undefined) continue;
    const [lost] = used.filter((modality) => !has(now, modality));
    if (lost !== undefined)
      return `patient ${patient} is predicted by ${lost}, but lacks images of it in ${source}`;
    const [unused] = modalities.filter((modality) => has(now, modality) && !used.includes(modality));
    if (unused !== undefined)
      return `patient ${patient} is predicted without ${unused}, but has images of it in ${source}`;
  }
  return null;
}

/** Patients who have joined the split since. */
function lackingIn(results: SplitResults, { patients }: Cohort, isAllowed: boolean): string | null {
  const { split, modalities } = results;
  const found = new Set(results.patients.map(({ patient }) => patient));
  const [first, ...others] = patients.filter(
    (one) => one.split === split && hasImages(one, modalities, isAllowed) && !found.has(one.patient),
  );
  if (first === undefined) return null;
  const n = 1 + others.length;
  return `${counted(n, 'patient')} now in ${split} ${are(n)} not in it, such as ${first.patient} of ${first.hospital}`;
}

function changedIn({ split, slices }: SplitResults, now: StudySlices): string | null {
  const changed = changedSlices(slices, now).find((one) => one.split === split);
  return changed === undefined ? null : `${otherSlices(changed)} it was made`;
}

const has = ({ slices }: CohortPatient, modality: string): boolean => (slices[modality] ?? 0) > 0;

/** Of all modalities, or of any, where patients may lack some. */
function hasImages(patient: CohortPatient, modalities: readonly string[], isAllowed: boolean): boolean {
  const isThere = (modality: string): boolean => has(patient, modality);
  return isAllowed ? modalities.some(isThere) : modalities.every(isThere);
}
