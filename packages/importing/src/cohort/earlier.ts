import { OUT, type Proposal } from '../series/propose.ts';
import { DoneSeries } from './done.ts';
import type { ImportedPatient } from './patients.ts';
import { folderOf } from './write-series.ts';

/** Slices that an earlier import wrote of a series that is left out now. */
export interface LeftOutNow {
  readonly proposal: Proposal;
  readonly slices: number;
  /** Whether they stay: the series is what it was, and only not asked for this time. */
  readonly stays: boolean;
}

export function leftOutNow(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  { output, records }: { readonly output: string; readonly records: string },
): LeftOutNow[] {
  const done = new DoneSeries(records, output);
  const kept = folderOf(patients);
  return proposals
    .filter(({ modality }) => modality === OUT)
    .flatMap((proposal) =>
      done.of(proposal).map(({ folder, rows }) => ({
        proposal,
        slices: rows.length,
        stays: folder === kept(proposal),
      })),
    );
}
