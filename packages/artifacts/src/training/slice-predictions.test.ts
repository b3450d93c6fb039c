import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readSlicePredictions, slicePredictionsPath, writeSlicePredictions } from './slice-predictions.ts';

test('slice predictions keep IDs as text and probabilities to the last bit', () => {
  const path = slicePredictionsPath(tempDir(), 'val');
  const rows = [
    {
      image_path: 'JM/grade0/007/A/1.png',
      patient: '007',
      hospital: 'JM',
      label: 0,
      probabilities: [2 / 3, 1 / 3],
    },
    { image_path: 'a, b.png', patient: '7', hospital: '', label: 1, probabilities: [1e-17, 1] },
  ];
  writeSlicePredictions(path, rows, 2);
  const header = readFileSync(path, 'utf8').split('\n')[0];
  expect(header).toBe('image_path,patient_id,hospital,label,probability_0,probability_1');
  expect(readSlicePredictions(path)).toEqual(rows);
  const one = join(tempDir(), 'one.csv');
  writeSlicePredictions(one, [], 1);
  expect(() => readSlicePredictions(one)).toThrow(/at least two/);
});
