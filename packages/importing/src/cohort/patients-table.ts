import {
  groupBy,
  type ImportedSlice,
  naturalCompare,
  type Pseudonym,
  readPatientsTable,
  type ToldRow,
  writePatientsTable,
} from '@radweave/artifacts';
import { keyOf } from './patients.ts';

type Cells = Readonly<Record<string, string>>;

/**
 * Writes the table of all patients who have slices, under their pseudonyms, with what a table said of them. What earlier imports wrote of
 * others stays.
 */
export function writePatients(
  path: string,
  slices: readonly ImportedSlice[],
  told: readonly ToldRow[],
  pseudonyms: readonly Pseudonym[],
): void {
  const names = new Map(pseudonyms.map((one) => [keyOf(one.hospital, one.original), one.pseudonym]));
  const now = groupBy(told, ({ hospital, patient }) => names.get(keyOf(hospital, patient)) ?? '');
  const before = readPatientsTable(path);
  const earlier = groupBy(before, ({ patient_id = '' }) => patient_id);
  const people = new Map(slices.map((slice) => [slice.patient, slice]));
  // The order of the IDs would tell who came first.
  const sorted = [...people].sort(([a], [b]) => naturalCompare(a, b));
  const rows = sorted.flatMap(([patient_id, { hospital, label }]) => {
    const said: readonly Cells[] = now.get(patient_id)?.map(({ cells }) => cells) ??
      earlier.get(patient_id) ?? [{}];
    const own = said.map((cells): Cells => ({ ...cells, patient_id, hospital, label }));
    return [...new Map(own.map((row) => [JSON.stringify(row), row])).values()];
  });
  const used = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = new Set(
    [...before, ...rows].flatMap((row) => Object.keys(row).filter((name) => used.has(name))),
  );
  writePatientsTable(path, [...columns], rows);
}
