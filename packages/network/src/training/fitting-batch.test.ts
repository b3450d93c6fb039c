import { defaultConfig } from '@radweave/artifacts';
import { createModel } from '@radweave/models';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import { F, getRngState, manualSeed, optim } from '@radweave/torch';
import { expect, test } from 'vitest';
import { augmentationOf } from './build.ts';
import { fittedConfig, fittingBatch, tryingSteps } from './fitting-batch.ts';

test.each([
  [64, 40, 32],
  [64, 20, 16],
  [96, 40, 32],
  [30, 14, 10],
  [7, 6, 1],
  [64, 0, null],
])('of batches of %i slices where %i fit, %j is taken: an equal share', (batch, most, expected) => {
  expect(fittingBatch(batch, (size) => size <= most)).toBe(expected);
});

function asked(batchSize: number, accumulation: number) {
  const config = defaultConfig();
  Object.assign(config.training, { batch_size: batchSize, grad_accumulation: accumulation });
  return config;
}

test('before training the largest part that fits is taken, and as many slices make one step', () => {
  const config = asked(64, 2);
  const { config: fitted, remark } = fittedConfig(config, 'cuda:0', (size) => size <= 20);
  expect(fitted.training).toEqual({ ...config.training, batch_size: 16, grad_accumulation: 8 });
  expect(remark).toBe(
    'Batches of 64 slices do not fit into the memory of cuda:0: training takes 16, and 8 of them make one step ' +
      '(the same slices as before; batch norms see fewer at a time).',
  );
});

test('a batch that fits stays, a CPU tries nothing, and where nothing fits training does not begin', () => {
  const config = asked(64, 1);
  const whole = fittedConfig(config, 'cuda:1', () => true);
  expect(whole.config).toBe(config);
  expect(whole.remark).toBe('Batches of 64 slices fit into the memory of cuda:1.');
  const tried: number[] = [];
  expect(fittedConfig(config, 'cpu', (size) => tried.push(size) > 0).config).toBe(config);
  expect(tried).toEqual([]);
  expect(() => fittedConfig(config, 'cuda:0', () => false)).toThrow(
    expect.objectContaining({ code: 'E_OUT_OF_MEMORY', exitCode: 5 }),
  );
});

/** Every number that training depends on. */
function numbersOf(model: ReturnType<typeof createModel>, optimizer: optim.Optimizer) {
  const weights = [...model.stateDict()].map(([name, tensor]) => [name, tensor.toFloat32Array()] as const);
  const gradients = model.parameters().filter(({ grad }) => grad !== null).length;
  const { state } = optimizer.stateDict();
  return { weights, gradients, states: state.size, random: getRngState().toTypedArray() };
}

test('trying steps leaves network, optimizer and random numbers as they were, whether they fit or not', () => {
  const side = 32;
  manualSeed(3);
  const model = createModel('mobilenetv3_small_100', { numClasses: 2, inChans: 1, imageSize: side });
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.1 });
  const rows = Array.from({ length: 6 }, (_, i) => ({
    path: `${i}.png`,
    label: i % 2,
    patient: `p${i}`,
    hospital: 'H',
  }));
  const sizes: number[] = [];
  const fits = tryingSteps({
    model,
    optimizer,
    train: {
      table: new SliceTable(rows),
      pixels: {
        width: side,
        height: side,
        bitDepth: 8,
        read: (positions) => new Uint8Array(positions.length * side * side).fill(9),
      },
    },
    compute: { device: 'cpu', precision: 'fp32', memoryFormat: 'channelsLast' },
    normalisation: { mean: 0.5, std: 0.5 },
    augmentation: augmentationOf(defaultConfig().augmentation),
    seed: 1,
    // In place of a GPU's memory, which would run out in the second step, beside the optimizer's state.
    loss: (logits, targets) => {
      const size = logits.shape[0] ?? 0;
      sizes.push(size);
      if (size > 4 && sizes.filter((one) => one === size).length === 2) {
        throw new Error('CUDA out of memory. Tried to allocate 3.06 GiB.');
      }
      return F.crossEntropy(logits, targets);
    },
    classWeight: null,
  });
  const before = numbersOf(model, optimizer);
  // One slice is too few for a norm of its own pixel.
  expect([fits(8), fits(4), fits(1)]).toEqual([false, true, false]);
  expect(sizes).toEqual([8, 8, 4, 4]);
  expect(numbersOf(model, optimizer)).toEqual(before);
});
