import type { Exclusion, IssueCollector } from '@radweave/artifacts';
import { distinct, type Remark, remark } from '@radweave/remarks';
import type { FoundCohort, FoundSlice } from './walk.ts';

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
 * Gathers slices into patients: folds are merged, and a patient found under two labels or in two hospitals is reported as
 * an issue, or left out when `excludeConflicts` is set.
 */
export function gatherPatients(
  cohort: FoundCohort,
  excludeConflicts: boolean,
  issues: IssueCollector,
): Gathered {
  const members = new Map<string, CohortMember>();
  const conflicts = new Map<string, Remark[]>();
  for (const { patient, hospital, label } of cohort.patients) {
    const known = members.get(patient);
    if (known === undefined) members.set(patient, { patient, hospital, label, slices: new Map() });
    else if (known.hospital !== hospital || known.label !== label) {
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

/** How conflicts can be fixed. */
export const CONFLICT_REMEDY = 'Correct the folders, or leave such patients out with --exclude_conflicts';

function place({ hospital, label }: { hospital: string; label: number }): Remark {
  return remark('excluded-place', { hospital, label });
}

/** Takes out patients without slices of every asked modality. */
export function requireModalities(gathered: Gathered, modalities: readonly string[]): Gathered {
  const members: CohortMember[] = [];
  const exclusions = [...gathered.exclusions];
  const lacking = [...gathered.lacking];
  for (const member of gathered.members) {
    const missing = modalities.filter((modality) => (member.slices.get(modality) ?? []).length === 0);
    if (missing.length === 0) members.push(member);
    else {
      const { patient, hospital, label } = member;
      lacking.push({ patient, hospital, label, missing });
      const detail = remark('excluded-modalities', { modalities: missing });
      exclusions.push({ patient, hospital, reason: 'missing_modality', detail });
    }
  }
  return { members, exclusions, lacking };
}
