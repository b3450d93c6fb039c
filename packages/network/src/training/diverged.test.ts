import { createModel } from '@radweave/models';
import { manualSeed, optim } from '@radweave/torch';
import { expect, test } from 'vitest';
import { madeUpSlices, madeUpTraining, runTraining } from '../testing/trainings.ts';
import { DivergedError, withLastGood } from './diverged.ts';
import { crossEntropyLoss } from './losses.ts';
import type { TrainingJob } from './training-job.ts';

/** A tiny network whose loss is multiplied by a factor of each step. */
function training(factorOf: (step: number) => number): TrainingJob {
  manualSeed(1);
  const model = createModel('mobilenetv3_small_100', { numClasses: 2, inChans: 1, imageSize: 32 });
  const optimizer = new optim.SGD([...model.parameters()], { lr: 1e-6 });
  const set = madeUpSlices(12, 6, 32);
  let step = 0;
  const own = crossEntropyLoss();
  const compute = { device: 'cpu', precision: 'fp32', memoryFormat: 'contiguous' } as TrainingJob['compute'];
  const loss: TrainingJob['loss'] = (...all) => own(...all).mul(factorOf(++step));
  return madeUpTraining({ model, optimizer, compute, train: set, validation: set, loss, shuffle: false });
}

test('a loss that is no number names step, patients and files, in training and in validation', async () => {
  const train = runTraining(training((step) => (step === 2 ? Number.NaN : 1)));
  await expect(train.ending).rejects.toThrow(
    /^the training loss became NaN in epoch 1, step 2, on p4 4\.png, p5 5\.png, p0 6\.png, p1 7\.png\. Lower --learning_rate/,
  );
  const validation = runTraining(training((step) => (step > 3 ? Number.POSITIVE_INFINITY : 1)));
  await expect(validation.ending).rejects.toThrow(/loss is Infinity on p0 0\.png, .*3\.png: it has diverged/);
  const error = await validation.ending.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ exitCode: 3 });
  const told = withLastGood(error as DivergedError, { epoch: 2 }, 'run/last_checkpoint.pth');
  expect(told).toBeInstanceOf(DivergedError);
  expect(told.message).toMatch(/The last good checkpoint is from epoch 2: run\/last_checkpoint\.pth$/);
  const unkept = withLastGood(error as DivergedError, { epoch: 2 }, null);
  expect(unkept.message).toMatch(/No last checkpoint is kept \(experiment\.save_last\)$/);
});

test('a loss far above that of guessing is told once, with its slices', async () => {
  const { ending, remarks } = runTraining(training((step) => (step === 2 || step === 3 ? 1e3 : 1)));
  expect(await ending).toBe('finished');
  expect(remarks).toEqual([
    expect.stringMatching(
      /^epoch 1, step 2, on p4 4\.png, .*: the loss is \d+, guessing gives 0\.69: the gradients explode/,
    ),
  ]);
  const calm = runTraining(training(() => 1));
  await calm.ending;
  expect(calm.remarks).toEqual([]);
});
