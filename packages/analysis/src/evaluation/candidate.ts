import type { EvaluatedPatient, InSample, ModelKind, Split } from '@radweave/artifacts';
import type { Remark } from '@radweave/remarks';
import { type FitRow, type Matrix, matrixFrom } from '@radweave/stats';

/** A patient with a model's probabilities, before any decision is taken. */
export type ScoredPatient = Pick<EvaluatedPatient, 'patient' | 'hospital' | 'label' | 'probabilities'>;

export interface Candidate {
  name: string;
  kind: ModelKind;
  modalities: string[];
  patients: Record<Split, ScoredPatient[]>;
  inSample: Record<Split, InSample>;
  /** What must be known to read the numbers of a split. */
  notes: Record<Split, Remark[]>;
}

/** Patients × classes. */
export function probabilityMatrix(patients: readonly { probabilities: number[] }[], classes: number): Matrix {
  return matrixFrom(
    patients.map(({ probabilities }) => probabilities),
    classes,
  );
}

/** Patients as the rows a decision is fitted on; `isHome` says of a hospital and split whether it is the home one. */
export function fitRows<T extends { patient: string; hospital: string }>(
  patients: readonly T[],
  split: Split,
  isHome: IsHome,
): (T & FitRow)[] {
  return patients.map((one) => ({ ...one, split, role: isHome(one.hospital, split) ? 'home' : 'external' }));
}

/** Whether patients of a hospital, in a split, may be fitted on. */
export type IsHome = (hospital: string, split: Split) => boolean;
