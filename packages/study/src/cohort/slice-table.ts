import type { SliceRecord } from '@radweave/artifacts';

/** One slice of a split: where it lies and whom it belongs to. */
export type SliceRow = Pick<SliceRecord, 'path' | 'label' | 'labelName' | 'patient' | 'hospital'>;

/** What the split files call the labels, where they name them. */
export type LabelNames = readonly (string | undefined)[];

export function namesIn(rows: readonly SliceRow[]): LabelNames {
  const names: (string | undefined)[] = [];
  for (const { label, labelName } of rows) names[label] ??= labelName;
  return names;
}

export interface PatientRow {
  patient: string;
  hospital: string;
  label: number;
  /** Positions of this patient's slices in the table, in the table's order. */
  slices: number[];
}

/**
 * The slices of one split and modality, each tied to its patient and hospital. Patients are in the order of their
 * first slice.
 */
export class SliceTable {
  readonly rows: readonly SliceRow[];
  readonly patients: readonly PatientRow[];
  readonly labels: Int32Array;
  /** Slices that the split file lists again; they are in the table once. */
  readonly repeated: readonly SliceRow[];

  constructor(rows: readonly SliceRow[], repeated: readonly SliceRow[] = []) {
    this.rows = rows;
    this.repeated = repeated;
    this.labels = Int32Array.from(rows, (row) => row.label);
    const byPatient = new Map<string, PatientRow>();
    rows.forEach(({ patient, hospital, label }, position) => {
      const known = byPatient.get(patient);
      if (known === undefined) byPatient.set(patient, { patient, hospital, label, slices: [position] });
      else known.slices.push(position);
    });
    this.patients = [...byPatient.values()];
  }

  get length(): number {
    return this.rows.length;
  }

  /** The slices of the patients that `test` accepts. */
  only(test: (row: SliceRow) => boolean): number[] {
    return this.rows.flatMap((row, position) => (test(row) ? [position] : []));
  }
}
