import {
  type Config,
  type Exclusion,
  type IssueCollector,
  labelName,
  nameFault,
  PatientKeys,
} from '@radweave/artifacts';
import { distinct, type Remark, remark } from '@radweave/remarks';
import type { FoundCohort, FoundSlice } from './found.ts';

/** The cohort with each patient under the key that tells one from those of the same ID in other hospitals. */
export function underKeys(found: FoundCohort): FoundCohort {
  const keys = PatientKeys.of(found.patients.map(({ patient: id, hospital }) => ({ id, hospital })));
  if (keys.arePlain) return found;
  const keyed = <T extends { patient: string; hospital: string }>(ones: readonly T[]): T[] =>
    ones.map((one) => ({ ...one, patient: keys.keyOf({ id: one.patient, hospital: one.hospital }) }));
  const { patients, slices, masks, doubtful } = found;
  return {
    ...found,
    patients: keyed(patients),
    slices: keyed(slices),
    masks: keyed(masks),
    doubtful: keyed(doubtful),
  };
}

/** A patient with the slices of each asked modality, in natural order. */
export interface CohortMember {
  patient: string;
  hospital: string;
  label: number;
  slices: Map<string, FoundSlice[]>;
}

/** Patients that can be used, and those that cannot, with the reason. */
export interface Gathered {
  members: CohortMember[];
  exclusions: Exclusion[];
  /** Patients among the excluded who lack modalities. */
  lacking: LackingPatient[];
}

/** A patient without usable slices of some modalities. */
export interface LackingPatient {
  patient: string;
  hospital: string;
  label: number;
  missing: readonly string[];
}

/**
 * Gathers slices into patients: folds are merged, and a patient found under two labels is reported as an issue, or left out
 * when `excludeConflicts` is set. So is an ID that cannot be the name of a file, always as an issue.
 *
 * @param cohort {@link underKeys}.
 */
export function gatherPatients(
  cohort: FoundCohort,
  excludeConflicts: boolean,
  issues: IssueCollector,
): Gathered {
  const members = new Map<string, CohortMember>();
  const conflicts = new Map<string, Remark[]>();
  const place = ({ hospital, label }: { hospital: string; label: number }): Remark =>
    remark('excluded-place', { hospital, label: labelName(cohort.labels, label) });
  for (const { patient, hospital, label } of cohort.patients) {
    const known = members.get(patient);
    if (known === undefined) {
      members.set(patient, { patient, hospital, label, slices: new Map() });
      const fault = nameFault('patient', patient);
      if (fault !== null) issues.error('E_NAME', fault, hospital, 'Rename the folders of this patient');
    } else if (known.label !== label) {
      const places = conflicts.get(patient) ?? [place(known)];
      conflicts.set(patient, [...places, place({ hospital, label })]);
    }
  }
  for (const slice of cohort.slices) {
    const member = members.get(slice.patient);
    const list = member?.slices.get(slice.modality);
    if (list === undefined) member?.slices.set(slice.modality, [slice]);
    else list.push(slice);
  }
  const exclusions: Exclusion[] = [];
  for (const [patient, places] of conflicts) {
    const detail = remark('excluded-places', { places: distinct(places) });
    const hospital = members.get(patient)?.hospital ?? '';
    members.delete(patient);
    if (excludeConflicts) exclusions.push({ patient, hospital, reason: 'conflict', detail });
    else {
      issues.error('E_PATIENT_CONFLICT', `patient ${patient} is ${detail.text}`, hospital, CONFLICT_REMEDY);
    }
  }
  return { members: [...members.values()], exclusions, lacking: [] };
}

export const CONFLICT_REMEDY = 'Correct the folders, or leave such patients out with --exclude_conflicts';

/** The modalities that somebody has slices of, in the order of `modalities`. */
export function modalitiesOf(
  { slices }: Pick<CohortMember, 'slices'>,
  modalities: readonly string[],
): string[] {
  return modalities.filter((modality) => (slices.get(modality) ?? []).length > 0);
}

/** Takes out patients without slices of every asked modality; where they may lack some, those who have none. */
export function requireModalities(
  gathered: Gathered,
  modalities: readonly string[],
  missing: Config['data']['missing'],
): Gathered {
  const least = missing === 'allow' ? 1 : modalities.length;
  const members: CohortMember[] = [];
  const exclusions = [...gathered.exclusions];
  const lacking = [...gathered.lacking];
  for (const member of gathered.members) {
    if (modalitiesOf(member, modalities).length >= least) members.push(member);
    else {
      const lack = lackOf(member, modalities);
      lacking.push(lack);
      const { patient, hospital } = lack;
      const detail = remark('excluded-modalities', { modalities: lack.missing });
      exclusions.push({ patient, hospital, reason: 'missing_modality', detail });
    }
  }
  return { members, exclusions, lacking };
}

export function lackOf(member: CohortMember, modalities: readonly string[]): LackingPatient {
  const { patient, hospital, label } = member;
  const own = modalitiesOf(member, modalities);
  return { patient, hospital, label, missing: modalities.filter((modality) => !own.includes(modality)) };
}
