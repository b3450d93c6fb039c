import { writeTable } from '../csv.ts';
import { type Column, type Columns, count, required, text } from '../csv-columns.ts';
import { writeNpy } from '../features/npy-write.ts';
import { type InSample, inSampleColumn } from './metrics.ts';

/** The fused features of one split: a row per patient. */
export interface FusedFeatures
  extends NamedFeatures<{ readonly patient_id: string; readonly hospital: string; readonly label: number }> {
  /** `{modality}_{index}` of each column, in the order of concatenation. */
  readonly names: readonly string[];
  readonly in_sample: InSample;
}

/** The shortest decimal that gives the same float32 again. */
const float32: Column<number> = {
  expected: 'a number',
  parse: (cell) => (cell === '' ? undefined : Number(cell)),
  format: (value) => String(Number(value.toPrecision(9))),
};

/** Writes `{stem}.npy` (float32, patients × dims) and `{stem}.csv` with the same rows, named. */
export function writeFusedFeatures(stem: string, { in_sample, ...fused }: FusedFeatures): void {
  const columns = { patient_id: required, hospital: text, label: count, in_sample: inSampleColumn };
  writeNamedFeatures(stem, fused, columns, { in_sample });
}

/** Features of patients, one row after the other. */
export interface NamedFeatures<Patient> {
  readonly patients: readonly Patient[];
  /** patients × names, row after row. */
  readonly data: Float32Array;
  readonly names: readonly string[];
}

/** As {@link writeFusedFeatures}, with what `columns` say of each patient and `all` of all of them. */
export function writeNamedFeatures<Patient extends object, All extends object>(
  stem: string,
  { patients, data, names }: NamedFeatures<Patient>,
  columns: Columns<Patient & All>,
  all: All,
): void {
  writeNpy(`${stem}.npy`, { shape: [patients.length, names.length], data });
  const named = { ...columns, ...Object.fromEntries(names.map((name) => [name, float32])) };
  // One after the other: all at once, 12,000 patients of 2,048 features take 2 GB.
  function* rows(): Generator<Record<string, unknown>> {
    for (const [row, patient] of patients.entries()) {
      const values = names.map((name, i) => [name, data[row * names.length + i] ?? Number.NaN]);
      yield { ...patient, ...all, ...Object.fromEntries(values) };
    }
  }
  writeTable<Record<string, unknown>>(`${stem}.csv`, named as Columns<Record<string, unknown>>, rows());
}
