import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FeatureRow, writeNpy } from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { patientsToPredict } from './new-features.ts';
import { meanOverSlices, poolFeatures } from './pool.ts';

/** A patient's array on disk, and its row. */
function written(folder: string, patient: string, slices: number[][]): FeatureRow {
  const path = join(folder, `${patient}.npy`);
  mkdirSync(folder, { recursive: true });
  writeNpy(path, { shape: [slices.length, slices[0]?.length ?? 0], data: Float32Array.from(slices.flat()) });
  return { patient_id: patient, feature_path: path, label: 0, num_slices: slices.length };
}

const arraysOf = (dims: number) => ({ modality: 'A', dims, sha256: new Map() });

test('the mean over slices is summed in float64', () => {
  const many = Float32Array.from({ length: 3 * 100_001 }, (_, i) => (i % 3 === 0 ? 16777216 : i % 3));
  // In float32 the sum of 16777216 and small numbers stands still.
  expect(meanOverSlices(many, 3)).toEqual(Float32Array.of(16777216, 1, 2));
  expect(meanOverSlices(Float32Array.of(1, 2, 3, 5), 2)).toEqual(Float32Array.of(2, 3.5));
});

test('patients are pooled in the order of the rows', () => {
  const folder = tempDir();
  const rows = [
    written(folder, 'b', [
      [1, 3],
      [3, 5],
    ]),
    written(folder, 'a', [[7, 9]]),
  ];
  expect(poolFeatures(rows, join(folder, 'features_A.csv'), arraysOf(2))).toEqual({
    dims: 2,
    data: Float32Array.of(2, 4, 7, 9),
  });
});

test('an array of another shape than its row says is refused with its path', () => {
  const folder = tempDir();
  const row = written(folder, 'a', [
    [1, 2],
    [3, 4],
  ]);
  const table = join(folder, 'features_A.csv');
  for (const [rows, dims] of [
    [[{ ...row, num_slices: 3 }], 2],
    [[row], 4],
  ] as const) {
    expect(() => poolFeatures(rows, table, arraysOf(dims))).toThrow(/shape \(2, 2\)/);
  }
});

test('who lacks a modality is told which, in natural order', () => {
  const ids = new Map([
    ['A', new Set(['p10', 'p2'])],
    ['P', new Set(['p2', 'p1'])],
  ]);
  expect(patientsToPredict(ids, false, ['p3'])).toEqual({
    patients: ['p2'],
    owned: [['A', 'P']],
    missing: [
      { patient: 'p1', modalities: ['A'] },
      { patient: 'p3', modalities: ['A', 'P'] },
      { patient: 'p10', modalities: ['P'] },
    ],
  });
});

test('where any modality is enough, only who has none is left out, and everybody has what is theirs', () => {
  const ids = new Map([
    ['A', new Set(['p10', 'p2'])],
    ['P', new Set(['p2', 'p1'])],
  ]);
  expect(patientsToPredict(ids, true, ['p3'])).toEqual({
    patients: ['p1', 'p2', 'p10'],
    owned: [['P'], ['A', 'P'], ['A']],
    missing: [{ patient: 'p3', modalities: ['A', 'P'] }],
  });
});
