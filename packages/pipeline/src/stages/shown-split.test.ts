import { join } from 'node:path';
import { defaultConfig, type Split, splitPath, writeSplit } from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { explain, shownSplit } from './explain.ts';

test('external patients are explained, those of validation where there is one hospital', () => {
  const config = defaultConfig();
  config.data.splits_dir = tempDir();
  const write = (split: Split, hospitals: string[]): void =>
    writeSplit(
      splitPath(config.data.splits_dir, split, 'A'),
      hospitals.map((hospital) => ({
        image_path: join('raw', hospital, 'grade0', split, 'A', '1.png'),
        label: 0,
      })),
    );
  const asked = (split?: Split): Split | undefined =>
    explain.command?.options({ config, given: [], inFile: [] }, {
      modality: 'A',
      split,
      count: '3',
      slices: '12',
    } as never)?.split;
  for (const split of ['train', 'val'] as const) write(split, ['JM']);
  expect([shownSplit(config.data, 'A'), asked(), asked('train')]).toEqual(['val', 'val', 'train']);
  write('test', []);
  expect([shownSplit(config.data, 'A'), asked()]).toEqual(['val', 'val']);
  write('test', ['SY']);
  expect([shownSplit(config.data, 'A'), asked(), asked('val')]).toEqual(['test', 'test', 'val']);
});
