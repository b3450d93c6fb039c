import { dirname } from 'node:path';
import { readFirst, writeTable } from '../csv.ts';
import { type Column, type Columns, count, required, text } from '../csv-columns.ts';
import { DataError } from '../errors.ts';
import { readNpy } from '../features/npy-read.ts';
import { writeNpy } from '../features/npy-write.ts';
import { existsSync, readFileSync } from '../files/files.ts';
import { wasInterrupted } from '../replace-files.ts';
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

/**
 * Whether a `.npy` is that of the table beside it, by its width and its first row. Without a table the record of the
 * folder vouches for it; one that is damaged is made again.
 */
export function isArrayOfTable(path: string, record: string): boolean {
  const table = path.replace(/\.npy$/, '.csv');
  if (wasInterrupted(dirname(path))) return true;
  try {
    const [header = [], first = []] = existsSync(table) ? readFirst(table, 2) : [];
    if (header.length === 0) return existsSync(record);
    const { shape, data } = readNpy(path);
    const columns = header.flatMap((name, i) => (/_\d+$/.test(name) ? [i] : []));
    if (shape.length !== 2 || shape[1] !== columns.length) return false;
    return first.length === 0 || columns.every((column, i) => Math.fround(Number(first[column])) === data[i]);
  } catch (error) {
    if (error instanceof DataError) return isDamaged(path);
    throw error;
  }
}

/** Whether nothing is left of an array, or it is of the numbers that are written here: numpy's usual ones are others. */
function isDamaged(path: string): boolean {
  const header = readFileSync(path).toString('latin1', 0, 128);
  return header === '' || header.includes("'<f4'");
}
