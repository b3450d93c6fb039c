import { join } from 'node:path';
import type { Config } from '@radweave/artifacts';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import type { TrainOptions } from '../work/open-training.ts';
import { preprocess } from './preprocess.ts';

/** A small ready split, and options for a short fp32 run on it. */
export async function prepared(): Promise<{
  config: Config;
  options: (name: string, more?: Partial<TrainOptions>) => TrainOptions;
}> {
  const folder = tempDir();
  const config = cohortConfig(folder);
  writeCohortFolders(join(folder, 'raw'));
  await preprocess({ config }, listening());
  Object.assign(config.model, { name: 'mobilenetv3_small_100', pretrained: false });
  Object.assign(config.training, { batch_size: 6, epochs: 3, precision: 'fp32', learning_rate: 0.001 });
  const options = (name: string, more: Partial<TrainOptions> = {}): TrainOptions => {
    const own = structuredClone(config);
    own.experiment.name = name;
    const bestHparamsDir = join(folder, 'best_hparams');
    return { config: own, given: [], modality: 'A', resume: false, run: '', bestHparamsDir, ...more };
  };
  return { config, options };
}

export const resuming: Partial<TrainOptions> = { resume: true };
