import { expect, test } from 'vitest';
import { fileNames } from './json-names.ts';

test('results are printed under the names that files have, whatever the user calls his modalities', () => {
  const result = {
    outputDir: 'out',
    valMetrics: { pValue: 1, n_positive: 2, top10Share: 3 },
    C: 1,
    rows: [{ meanAbs: null, list: ['aB'] }],
    slices: { adcMap: { inEpoch: 1 } },
    modalities: ['adcMap'],
    runs: { adcMap: 'myRun' },
  };
  expect(fileNames(result)).toEqual({
    output_dir: 'out',
    val_metrics: { p_value: 1, n_positive: 2, top10_share: 3 },
    C: 1,
    rows: [{ mean_abs: null, list: ['aB'] }],
    slices: { adcMap: { in_epoch: 1 } },
    modalities: ['adcMap'],
    runs: { adcMap: 'myRun' },
  });
});
