import type { EvaluatedPatient, InSample, Split } from '@radweave/artifacts';
import type { Remark } from '@radweave/remarks';
import { columnOf, type Matrix } from '@radweave/stats';
import { hospitalOf, hospitalsOf, isOf } from '@radweave/study/cohort/hospitals';
import { probabilityMatrix } from './candidate.ts';

/** A model whose patients have been evaluated with its frozen decisions. */
export interface PredictedModel {
  name: string;
  /** Of the positive label before calibration; null with more than two classes. */
  threshold: number | null;
  patients: Record<Split, EvaluatedPatient[]>;
  inSample: Record<Split, InSample>;
  notes: Record<Split, Remark[]>;
}

/** One model's patients of one split and hospital (`all`: pooled). */
export interface Group {
  model: string;
  split: Split;
  hospital: string;
  patients: EvaluatedPatient[];
  labels: Int32Array;
  /** Patients × classes, before calibration: for ranking and for the threshold. */
  scores: Matrix;
  /** Patients × classes, calibrated where there is a calibrator: for everything that reads a probability. */
  probabilities: Matrix;
  predicted: Int32Array;
  /** A number for each hospital, so that resampling keeps their shares. */
  strata: Int32Array;
  threshold: number | null;
}

/** What all statistics need to know. */
export interface StatOptions {
  replicates: number;
  seed: number;
  level: number;
  method: 'clopper-pearson' | 'wilson';
}

/** The patients of a hospital; `all` is everyone. */
export function patientsIn<T extends { hospital: string }>(patients: readonly T[], hospital: string): T[] {
  return patients.filter(isOf(hospital));
}

/** The group of these patients, columns ready for the statistics. */
export function groupOf(
  model: Pick<PredictedModel, 'name' | 'threshold'>,
  split: Split,
  hospital: string,
  patients: EvaluatedPatient[],
  classes: number,
): Group {
  const names = hospitalsOf(patients);
  const final = patients.map(({ calibrated, probabilities }) => ({
    probabilities: calibrated ?? probabilities,
  }));
  return {
    model: model.name,
    split,
    hospital,
    patients,
    labels: Int32Array.from(patients, ({ label }) => label),
    scores: probabilityMatrix(patients, classes),
    probabilities: probabilityMatrix(final, classes),
    predicted: Int32Array.from(patients, ({ predicted }) => predicted),
    strata: Int32Array.from(patients, (one) => names.indexOf(hospitalOf(one))),
    threshold: model.threshold,
  };
}

/** A group seen as one class against the rest. */
export interface BinaryView {
  positiveLabel: string;
  labels: Uint8Array;
  /** For ranking, before calibration. */
  scores: Float64Array;
  /** Calibrated where there is a calibrator. */
  probabilities: Float64Array;
  /** 1 where the model says this class. */
  predicted: Uint8Array;
}

export function oneVsRest(group: Group, label: number): BinaryView {
  const is = (values: Int32Array): Uint8Array => Uint8Array.from(values, (one) => (one === label ? 1 : 0));
  return {
    positiveLabel: String(label),
    labels: is(group.labels),
    scores: columnOf(group.scores, label),
    probabilities: columnOf(group.probabilities, label),
    predicted: is(group.predicted),
  };
}

/** The views whose numbers are reported: label 1 of two, else every label. */
export function viewsOf(group: Group): BinaryView[] {
  const { columns } = group.scores;
  const labels = columns === 2 ? [1] : Array.from({ length: columns }, (_, label) => label);
  return labels.map((label) => oneVsRest(group, label));
}
