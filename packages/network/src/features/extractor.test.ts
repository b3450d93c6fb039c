import { createModel } from '@radweave/models';
import type { PatientSlices } from '@radweave/study/cohort/slice-order';
import { inNaturalOrder } from '@radweave/study/cohort/slice-order';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import { silentContext } from '@radweave/study/context/events';
import { manualSeed } from '@radweave/torch';
import { expect, test } from 'vitest';
import type { FeatureNetwork } from '../open/feature-network.ts';
import type { SlicePixels } from '../slices/slice-pixels.ts';
import { extractPatients } from './extractor.ts';

const SIDE = 32;

function network(): FeatureNetwork {
  manualSeed(4);
  const model = createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: SIDE }).eval();
  return {
    model,
    normalisation: { mean: 0.5, std: 0.5 },
    origin: 'trained from scratch',
    compute: { device: 'cpu', precision: 'fp32', memoryFormat: 'contiguous' },
    name: 'resnet18',
    imageSize: SIDE,
    checkpoint: 'x.pth',
    sha256: '0'.repeat(64),
    split: null,
    trainedOn: [],
  };
}

/** Slices that differ by position. */
const pixels: SlicePixels = {
  width: SIDE,
  height: SIDE,
  bitDepth: 8,
  read: (positions) =>
    Uint8Array.from({ length: positions.length * SIDE * SIDE }, (_, i) => {
      const position = positions[Math.floor(i / SIDE ** 2)] ?? 0;
      return ((i % SIDE) * (position + 3) * 7) % 256;
    }),
};

const PATIENTS: PatientSlices[] = [
  { patient: 'a', positions: [4, 1] },
  { patient: 'b', positions: [0] },
  { patient: 'c', positions: [2, 3, 5, 6] },
];

async function extracted(batchSize: number, device = 'cpu'): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  const extraction = { batchSize, task: 'extracting', context: silentContext() };
  const own = network();
  own.compute = { ...own.compute, device };
  for await (const { index, features } of extractPatients(own, pixels, PATIENTS, extraction)) {
    expect(index).toBe(all.length);
    all.push(features);
  }
  return all;
}

test('patients get their own slices whatever the batches', async () => {
  const whole = await extracted(100);
  expect(whole.map((features) => features.length)).toEqual([2 * 512, 512, 4 * 512]);
  for (const batchSize of [1, 2, 3]) {
    const parts = await extracted(batchSize);
    for (const [i, features] of whole.entries()) {
      expect(parts[i]).toHaveLength(features.length);
      for (const [k, value] of features.entries()) {
        expect(Math.abs((parts[i]?.[k] ?? Number.NaN) - value)).toBeLessThan(1e-5);
      }
    }
  }
  expect(Array.from(whole[0]?.slice(0, 512) ?? [])).not.toEqual(Array.from(whole[0]?.slice(512) ?? []));
});

test('features that are fetched several batches at a time are the same, bit for bit', async () => {
  for (const batchSize of [1, 2, 3, 100]) {
    // The CPU under a name that is not taken for the CPU's: the way a GPU's features go.
    expect(await extracted(batchSize, 'cpu:0')).toEqual(await extracted(batchSize));
  }
});

test('slices are in natural order of their file names, whatever folds they lie in', () => {
  const row = (path: string) => ({ path, label: 0, patient: 'x', hospital: 'JM' });
  const names = ['/fold2/x/A/s_10.png', '/fold1/x/A/s_9.png', '/fold3/x/A/s_2.png'];
  expect(inNaturalOrder(new SliceTable(names.map(row)))[0]?.positions).toEqual([2, 1, 0]);
});
