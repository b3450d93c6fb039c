import { DataError } from '@radweave/artifacts';
import type { PatientRow } from '@radweave/study/cohort/slice-table';
import type { FeatureNetwork } from '../open/feature-network.ts';
import { type Pace, paced, requireFinite, valuesOf } from '../slices/inference.ts';
import type { LoadedSplit } from '../slices/load.ts';

/**
 * Logits of patients: the mean of their slices' logits.
 *
 * @returns one row of `classes` numbers per patient.
 * @throws DataError when a logit is not finite.
 */
export async function patientLogits(
  network: FeatureNetwork,
  { pixels }: LoadedSplit,
  patients: readonly PatientRow[],
  classes: number,
  pace: Pace,
): Promise<number[][]> {
  const { model } = network;
  const order = Uint32Array.from(patients.flatMap(({ slices }) => slices));
  const owners = patients.flatMap(({ slices }, index) => slices.map(() => index));
  const sums = patients.map(() => new Array<number>(classes).fill(0));
  let next = 0;
  for await (const positions of paced(order, pace)) {
    const values = valuesOf(network, pixels, positions, (batch) => model.call(batch));
    for (let row = 0; row < positions.length; row++) {
      const sum = sums[owners[next++] ?? 0] ?? [];
      for (let c = 0; c < classes; c++) sum[c] = (sum[c] ?? 0) + (values[row * classes + c] ?? Number.NaN);
    }
  }
  return sums.map((sum, i) => {
    const mean = sum.map((value) => value / (patients[i]?.slices.length ?? 1));
    requireFinite(mean, () => notFinite(patients[i]?.patient ?? '', network.checkpoint));
    return mean;
  });
}

function notFinite(patient: string, where: string): DataError {
  return new DataError('E_LOGITS_NOT_FINITE', `the network gives no finite logits for ${patient}`, {
    where,
    hint: 'Use --precision fp32; if that does not help, the model is damaged; train again',
  });
}
