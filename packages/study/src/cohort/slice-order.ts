import { basename } from 'node:path';
import { naturalCompare } from '@radweave/artifacts';
import type { SliceTable } from './slice-table.ts';

/** A patient's slices, as positions in the split's pixels, in natural order. */
export interface PatientSlices {
  patient: string;
  positions: readonly number[];
}

/** A table's patients with their slices in natural order of file names, whatever the order of the table. */
export function inNaturalOrder(table: SliceTable): PatientSlices[] {
  const path = (position: number): string => table.rows[position]?.path ?? '';
  return table.patients.map(({ patient, slices }) => ({
    patient,
    positions: [...slices].sort(
      (a, b) => naturalCompare(basename(path(a)), basename(path(b))) || naturalCompare(path(a), path(b)),
    ),
  }));
}
