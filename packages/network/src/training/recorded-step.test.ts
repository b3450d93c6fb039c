// A stand-in for the device records by running: the trainer's own logic is proved without a GPU.
import { createHash } from 'node:crypto';
import { createModel } from '@radweave/models';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import type { EpochReport } from '@radweave/study/context/reports';
import { manualSeed, type nn, optim, type RecordedGraph, tidy } from '@radweave/torch';
import { expect, test } from 'vitest';
import type { SlicePixels } from '../slices/slice-pixels.ts';
import { FrozenOutputs } from './frozen-outputs.ts';
import { crossEntropyLoss } from './losses.ts';
import { Trainer, type TrainingJob } from './trainer.ts';

const COMPUTE = { device: 'cpu', precision: 'fp32', memoryFormat: 'channelsLast' } as const;
const SIDE = 32;

/** The body's first run is what the first replay stands for; the next ones run it again. */
class StandIn {
  readonly calls: string[] = [];
  failure: string | null = null;

  record(body: () => void): RecordedGraph {
    this.calls.push('record');
    if (this.failure !== null) throw new Error(this.failure);
    body();
    let isFirst = true;
    return {
      replay: () => {
        this.calls.push('replay');
        if (!isFirst) body();
        isFirst = false;
      },
      dispose: () => this.calls.push('dispose'),
    };
  }
}

function slices(count: number, patients: number) {
  const rows = Array.from({ length: count }, (_, i) => ({
    path: `${i}.png`,
    label: (i % patients) % 2,
    patient: `p${i % patients}`,
    hospital: 'H',
  }));
  const pixels: SlicePixels = {
    width: SIDE,
    height: SIDE,
    bitDepth: 8,
    read: (positions) =>
      Uint8Array.from(
        { length: positions.length * SIDE * SIDE },
        (_, i) => (((positions[Math.floor(i / SIDE ** 2)] ?? 0) + 3) * (i % SIDE ** 2)) % 251,
      ),
  };
  return { table: new SliceTable(rows), pixels };
}

/** Two epochs of 22 slices in batches of 4: five whole batches and one of 2; the learning rate changes between them. */
async function trained(
  recording: TrainingJob['recording'],
  optimizerOf: (model: nn.Module) => optim.Optimizer,
  accumulation = 1,
) {
  manualSeed(7);
  const model = createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: SIDE });
  model.to({ memoryFormat: 'channelsLast' });
  const normalisation = { mean: 0.5, std: 0.5 };
  const optimizer = optimizerOf(model);
  const job: TrainingJob = {
    model,
    frozen: new FrozenOutputs(model, normalisation, COMPUTE),
    optimizer,
    scaler: null,
    scheduler: new optim.CosineAnnealingLR(optimizer, { tMax: 2 }),
    loss: crossEntropyLoss(),
    classWeight: null,
    compute: COMPUTE,
    train: slices(22, 6),
    validation: slices(8, 4),
    classes: 2,
    epochs: 2,
    batchSize: 4,
    seed: 1,
    shuffle: true,
    augmentation: {
      horizontalFlip: true,
      verticalFlip: false,
      rotationDegrees: 10,
      translation: 0,
      scale: 0,
      brightness: 0.1,
      contrast: 0,
      randomErasing: 0,
    },
    normalisation,
    gradAccumulation: accumulation,
    clipGradNorm: 1,
    patience: null,
    monitor: 'auc',
    recording,
  };
  const remarks: string[] = [];
  const losses: number[] = [];
  const epochs: EpochReport[] = [];
  const trainer = new Trainer(job);
  await trainer.run({
    onStep: ({ loss }) => losses.push(loss),
    onFrozen: () => undefined,
    onValidation: () => undefined,
    onRemark: (text) => remarks.push(text),
    onEpoch: async (report) => {
      epochs.push(report);
    },
    shouldStop: () => false,
  });
  trainer.dispose();
  const hash = createHash('sha256');
  for (const tensor of model.stateDict().values()) hash.update(tidy(() => tensor.toTypedArray()));
  const weights = hash.digest('hex');
  return { losses, epochs, weights, remarks };
}

const ADAMW = (model: nn.Module) => new optim.AdamW(model.parameters(), { lr: 1e-3 });
const SGD = (model: nn.Module) => new optim.SGD(model.parameters(), { lr: 1e-2, momentum: 0.9 });

test.each([
  ['AdamW', ADAMW],
  ['SGD', SGD],
])('recorded steps of %s are the steps that are not recorded, bit for bit', async (_, optimizerOf) => {
  const standIn = new StandIn();
  const recorded = await trained(standIn, optimizerOf);
  expect(recorded).toEqual(await trained(null, optimizerOf));
  expect(recorded.losses).toHaveLength(12);
  // Ten whole batches: three as they come, then one recording, seven times launched.
  expect(standIn.calls).toEqual(['record', ...Array(7).fill('replay'), 'dispose']);
});

test('a network that cannot be recorded is trained all the same, and it is said once', async () => {
  const standIn = new StandIn();
  standIn.failure = 'operation not permitted when stream is capturing';
  const refused = await trained(standIn, ADAMW);
  const { remarks, ...rest } = await trained(null, ADAMW);
  expect(refused).toEqual({ ...rest, remarks: refused.remarks });
  expect(remarks).toEqual([]);
  expect(refused.remarks).toEqual([
    expect.stringMatching(/cannot be recorded as a CUDA graph.*not permitted when stream is capturing/),
  ]);
  expect(standIn.calls).toEqual(['record']);
});

test('several batches that make one step are not recorded', async () => {
  const standIn = new StandIn();
  const recorded = await trained(standIn, ADAMW, 2);
  expect(recorded).toEqual(await trained(null, ADAMW, 2));
  expect(standIn.calls).toEqual([]);
});
