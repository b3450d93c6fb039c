import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '@radweave/artifacts';
import { encodePng } from '@radweave/imaging';
import { readSliceTable } from '@radweave/network/slices/load';
import { identityOf } from '@radweave/study/folds/plan';
import {
  cohortConfig,
  listening,
  SIDE,
  slicePixels,
  writeCohortFolders,
} from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { preprocess } from './preprocess.ts';

test('fold models are others after other pixels or initial weights, not on another device', async () => {
  const folder = tempDir();
  const config = cohortConfig(folder);
  writeCohortFolders(join(folder, 'raw'));
  await preprocess({ config }, listening());
  const identity = (own: Config = config): string => identityOf(own, 'A', []);
  const first = identity();
  expect(identity({ ...config, training: { ...config.training, device: 'cuda' } })).toBe(first);
  expect(identity({ ...config, training: { ...config.training, auto_batch_size: true } })).toBe(first);
  expect(identity({ ...config, training: { ...config.training, sync_batch_norm: false } })).toBe(first);
  expect(identity({ ...config, training: { ...config.training, epochs: 7 } })).not.toBe(first);
  const weights = join(folder, 'start.pth');
  const started = { ...config, model: { ...config.model, weights } };
  writeFileSync(weights, 'one');
  const one = identity(started);
  writeFileSync(weights, 'two');
  expect(identity(started)).not.toBe(one);
  const [slice] = readSliceTable(config.data, 'train', 'A').rows;
  writeFileSync(
    slice?.path ?? '',
    encodePng({ width: SIDE, height: SIDE, pixels: slicePixels('another', 0) }),
  );
  await preprocess({ config }, listening());
  expect(identity()).not.toBe(first);
});
