import { type Config, defaultConfig } from '@radweave/artifacts';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import type { EpochReport } from '@radweave/study/context/reports';
import { optim } from '@radweave/torch';
import type { SliceSet } from '../slices/slice-pixels.ts';
import { augmentationOf } from '../training/build.ts';
import { FrozenOutputs } from '../training/frozen-outputs.ts';
import { crossEntropyLoss } from '../training/losses.ts';
import { Trainer } from '../training/trainer.ts';
import type { TrainingJob } from '../training/training-job.ts';

/** Slices of patients with two labels; the pixels of each are its own. */
export function madeUpSlices(count: number, patients: number, side: number): SliceSet {
  const rows = Array.from({ length: count }, (_, i) => ({
    path: `${i}.png`,
    label: (i % patients) % 2,
    patient: `p${i % patients}`,
    hospital: 'H',
  }));
  const read = (positions: ArrayLike<number>): Uint8Array =>
    Uint8Array.from(
      { length: positions.length * side * side },
      (_, i) => (((positions[Math.floor(i / side ** 2)] ?? 0) + 3) * (i % side ** 2)) % 251,
    );
  return { table: new SliceTable(rows), pixels: { width: side, height: side, bitDepth: 8, read } };
}

type Given = Pick<TrainingJob, 'model' | 'optimizer' | 'compute' | 'train' | 'validation'>;

/** A plain training of two epochs in batches of 4, with such changes. */
export function madeUpTraining(
  given: Given & Partial<TrainingJob>,
  augmentation: Partial<Config['augmentation']> = { enabled: false },
): TrainingJob {
  const { model, optimizer, compute, epochs = 2 } = given;
  const normalisation = { mean: 0.5, std: 0.5 };
  return {
    scaler: null,
    loss: crossEntropyLoss(),
    classWeight: null,
    classes: 2,
    epochs,
    batchSize: 4,
    seed: 1,
    shuffle: true,
    normalisation,
    gradAccumulation: 1,
    clipGradNorm: 0,
    patience: null,
    recording: null,
    ranks: null,
    meanWeight: null,
    monitor: 'auc',
    frozen: new FrozenOutputs(model, normalisation, compute),
    scheduler: new optim.CosineAnnealingLR(optimizer, { tMax: epochs }),
    augmentation: augmentationOf({ ...defaultConfig().augmentation, ...augmentation }),
    ...given,
  };
}

/** What a training tells. */
export interface Told {
  ending: ReturnType<Trainer['run']>;
  losses: number[];
  epochs: EpochReport[];
  remarks: string[];
}

/** Trains; what was told is there too where the training fails. */
export function runTraining(job: TrainingJob): Told {
  const losses: number[] = [];
  const epochs: EpochReport[] = [];
  const remarks: string[] = [];
  const trainer = new Trainer(job);
  const ending = trainer
    .run({
      ...{ onFrozen: () => undefined, onValidation: () => undefined, shouldStop: () => false },
      onStep: ({ loss }) => losses.push(loss),
      onRemark: (text) => remarks.push(text),
      onWarning: (text) => remarks.push(text),
      onEpoch: async (report) => {
        epochs.push(report);
      },
    })
    .finally(() => trainer.dispose());
  return { ending, losses, epochs, remarks };
}
