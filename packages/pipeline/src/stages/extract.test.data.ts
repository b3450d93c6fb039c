import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '@radweave/artifacts';
import {
  cohortConfig,
  listening,
  slicePixels,
  writeCohortFolders,
  writeSlice,
} from '@radweave/study/testing/cohort';
import { filesBelow, tempDir } from '@radweave/testkit';
import type { ExtractOptions } from '../work/extract.ts';
import { preprocess } from './preprocess.ts';

/** A ready split of a small cohort. */
export async function prepared(): Promise<Config> {
  const folder = tempDir();
  const config = cohortConfig(folder);
  writeCohortFolders(join(folder, 'raw'));
  for (const n of [4, 10, 11]) {
    const place = `JM/fold1/grade0/JM000/A/JM000_a_slice_${n}.png`;
    writeSlice(join(folder, 'raw'), place, slicePixels(place, 0));
  }
  await preprocess({ config }, listening());
  config.training.precision = 'fp32';
  config.extraction.batch_size = 7;
  return config;
}

export function asked(config: Config, more: Partial<ExtractOptions> = {}): ExtractOptions {
  return { config, modality: 'A', align: false, given: [], ...more };
}

/** Hashes of all files below a folder. */
export function contents(folder: string): string[] {
  return filesBelow(folder).map(
    (path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`,
  );
}
