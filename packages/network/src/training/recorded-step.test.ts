// A stand-in for the device records by running: the trainer's own logic is proved without a GPU.
import { createHash } from 'node:crypto';
import { createModel } from '@radweave/models';
import { manualSeed, type nn, optim, type RecordedGraph, tidy } from '@radweave/torch';
import { expect, test } from 'vitest';
import { madeUpSlices, madeUpTraining, runTraining } from '../testing/trainings.ts';
import type { TrainingJob } from './training-job.ts';

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

/** Two epochs of 22 slices in batches of 4: five whole batches and one of 2; the learning rate changes between them. */
async function trained(
  recording: TrainingJob['recording'],
  optimizerOf: (model: nn.Module) => optim.Optimizer,
  accumulation = 1,
) {
  manualSeed(7);
  const model = createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: SIDE });
  model.to({ memoryFormat: 'channelsLast' });
  const sets = { train: madeUpSlices(22, 6, SIDE), validation: madeUpSlices(8, 4, SIDE) };
  const given = { model, optimizer: optimizerOf(model), compute: COMPUTE, recording, ...sets };
  const job = madeUpTraining(
    { ...given, gradAccumulation: accumulation, clipGradNorm: 1 },
    { rotation_degrees: 10, brightness: 0.1 },
  );
  const { ending, ...told } = runTraining(job);
  await ending;
  const hash = createHash('sha256');
  for (const tensor of model.stateDict().values()) hash.update(tidy(() => tensor.toTypedArray()));
  const weights = hash.digest('hex');
  return { ...told, weights };
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
