import { writeTable } from '../csv.ts';
import { type Column, type Columns, count, required, text } from '../csv-columns.ts';
import { writeNpy } from '../features/npy-write.ts';
import { type InSample, inSampleColumn } from './metrics.ts';

/** The fused features of one split: a row per patient. */
export interface FusedFeatures {
  readonly patients: readonly {
    readonly patient_id: string;
    readonly hospital: string;
    readonly label: number;
  }[];
  /** patients × names, row after row. */
  readonly data: Float32Array;
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
export function writeFusedFeatures(stem: string, fused: FusedFeatures): void {
  const { patients, data, names, in_sample } = fused;
  writeNpy(`${stem}.npy`, { shape: [patients.length, names.length], data });
  const columns = {
    patient_id: required,
    hospital: text,
    label: count,
    in_sample: inSampleColumn,
    ...Object.fromEntries(names.map((name) => [name, float32])),
  };
  const rows = patients.map(({ patient_id, hospital, label }, row) => {
    const values = names.map((name, i): [string, number] => [
      name,
      data[row * names.length + i] ?? Number.NaN,
    ]);
    return { patient_id, hospital, label, in_sample, ...Object.fromEntries(values) };
  });
  writeTable<Record<string, unknown>>(`${stem}.csv`, columns as Columns<Record<string, unknown>>, rows);
}
