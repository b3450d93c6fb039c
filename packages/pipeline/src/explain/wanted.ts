import { DataError, type Split, UsageError } from '@radweave/artifacts';
import type { MapSource } from '@radweave/network/explain/maps';
import { sliceProbabilities } from '@radweave/network/explain/probabilities';
import { offer } from '@radweave/remarks';
import { type Matrix, matrixFrom, rowOf } from '@radweave/stats';
import { inNaturalOrder } from '@radweave/study/cohort/slice-order';
import type { PatientRow, SliceTable } from '@radweave/study/cohort/slice-table';
import type { StageContext } from '@radweave/study/context/events';
import type { PatientProbabilities } from './decision.ts';

/** A patient with the positions of the slices, in natural order, and their probabilities in the same order. */
export interface WantedPatient extends PatientProbabilities {
  positions: readonly number[];
}

export async function predictedSlices(
  { network, pixels, batchSize }: MapSource,
  table: SliceTable,
  patients: readonly PatientRow[],
  context: StageContext,
): Promise<WantedPatient[]> {
  const inOrder = new Map(inNaturalOrder(table).map(({ patient, positions }) => [patient, positions]));
  const positions = patients.map(({ patient }) => inOrder.get(patient) ?? []);
  const all = Uint32Array.from(positions.flat());
  const probabilities = await sliceProbabilities(network, pixels, all, batchSize, context);
  let start = 0;
  return patients.map(({ patient, hospital, label }, i) => {
    const own = positions[i] ?? [];
    const slices = rowsOf(probabilities, start, own.length);
    start += own.length;
    return { patient, hospital, label, positions: own, slices };
  });
}

/**
 * All patients of a split, or those asked for.
 *
 * @throws UsageError for a patient who is not in the split; DataError when there are none.
 */
export function wantedPatients(
  table: SliceTable,
  asked: readonly string[] | undefined,
  split: Split,
): readonly PatientRow[] {
  if (table.patients.length === 0) {
    throw new DataError('E_NO_PATIENTS', `there are no patients in the ${split} set`, {
      hint: 'Give another --split',
    });
  }
  if (asked === undefined) return table.patients;
  const known = new Map(table.patients.map((one) => [one.patient.normalize('NFC'), one]));
  return [...new Set(asked.map((id) => id.normalize('NFC')))].map((id) => {
    const found = known.get(id);
    if (found !== undefined) return found;
    throw new UsageError('E_PATIENT', `patient '${id}' is not in the ${split} set`, {
      where: '--patients',
      hint: offer(id, [...known.keys()], 'give another --split'),
    });
  });
}

function rowsOf(matrix: Matrix, start: number, count: number): Matrix {
  return matrixFrom(
    Array.from({ length: count }, (_, i) => rowOf(matrix, start + i)),
    matrix.columns,
  );
}
