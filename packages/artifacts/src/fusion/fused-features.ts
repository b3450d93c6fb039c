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
  const { patients, data, names } = fused;
  writeNpy(`${stem}.npy`, { shape: [patients.length, names.length], data });
  const columns = {
    patient_id: required,
    hospital: text,
    label: count,
    in_sample: inSampleColumn,
    ...Object.fromEntries(names.map((name) => [name, float32])),
  };
  const rows = rowsOf(fused);
  writeTable<Record<string, unknown>>(`${stem}.csv`, columns as Columns<Record<string, unknown>>, rows);
}

/** One after the other: all at once, 12,000 patients of 2,048 features take 2 GB. */
function* rowsOf({ patients, data, names, in_sample }: FusedFeatures): Generator<Record<string, unknown>> {
  for (const [row, { patient_id, hospital, label }] of patients.entries()) {
    const values = names.map((name, i) => [name, data[row * names.length + i] ?? Number.NaN]);
    yield { patient_id, hospital, label, in_sample, ...Object.fromEntries(values) };
  }
}
