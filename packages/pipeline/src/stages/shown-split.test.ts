import { join } from 'node:path';
import { defaultConfig, SPLITS, splitPath, writeSplit } from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { shownSplit } from './explain.ts';

test('external patients are explained, those of validation where there is one hospital', () => {
  const config = defaultConfig();
  config.data.splits_dir = tempDir();
  const write = (split: (typeof SPLITS)[number], hospitals: string[]): void =>
    writeSplit(
      splitPath(config.data.splits_dir, split, 'A'),
      hospitals.map((hospital) => ({
        image_path: join('raw', hospital, 'grade0', split, 'A', '1.png'),
        label: 0,
      })),
    );
  for (const split of SPLITS) write(split, split === 'test' ? [] : ['JM']);
  expect(shownSplit(config.data, 'A')).toBe('val');
  write('test', ['SY']);
  expect(shownSplit(config.data, 'A')).toBe('test');
});
