import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { DataError } from '@radweave/artifacts';
import type { PatientRow } from '@radweave/study/cohort/slice-table';
import { inferenceMode, tidy } from '@radweave/torch';
import { inPrecision } from '../compute/under-precision.ts';
import type { FeatureNetwork } from '../open/feature-network.ts';
import { makeBatch } from '../slices/batches.ts';
import type { LoadedSplit } from '../slices/load.ts';

/** How to go through the slices. */
export interface LogitsPace {
  batchSize: number;
  /** Called before every batch; may throw to stop. */
  beforeBatch: () => void;
}

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
  pace: LogitsPace,
): Promise<number[][]> {
  const { model, normalisation, compute } = network;
  const owners = patients.flatMap(({ slices }, index) => slices.map((position) => ({ position, index })));
  const sums = patients.map(() => new Array<number>(classes).fill(0));
  for (let start = 0; start < owners.length; start += pace.batchSize) {
    pace.beforeBatch();
    const batch = owners.slice(start, start + pace.batchSize);
    const positions = batch.map(({ position }) => position);
    const values = inferenceMode(() =>
      tidy(() => {
        const images = makeBatch(pixels, positions, normalisation, compute);
        return inPrecision(compute, () => model.call(images)).toFloat32Array();
      }),
    );
    batch.forEach(({ index }, row) => {
      const sum = sums[index] ?? [];
      for (let c = 0; c < classes; c++) sum[c] = (sum[c] ?? 0) + (values[row * classes + c] ?? Number.NaN);
    });
    await yieldToEvents();
  }
  return sums.map((sum, i) => {
    const mean = sum.map((value) => value / (patients[i]?.slices.length ?? 1));
    if (mean.every(Number.isFinite)) return mean;
    throw new DataError(
      'E_LOGITS_NOT_FINITE',
      `the network gives no finite logits for ${patients[i]?.patient}`,
      {
        where: network.checkpoint,
        mend: 'Use --precision fp32; if that does not help, the model is spoilt: train again',
      },
    );
  });
}
