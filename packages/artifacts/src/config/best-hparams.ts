import { join } from 'node:path';
import { existsSync } from '../files/files.ts';
import { folderName } from '../names.ts';
import { isSameFit } from '../splits/cohort.ts';
import { readConfig } from './parse.ts';
import type { HparamsRecord } from './schema.ts';
import type { Config } from './types.ts';
import { writeConfig } from './yaml.ts';

/** What became of an offered record. */
export type HparamsOutcome = 'written' | 'not better' | 'other split';

/** `{folder}/{model}_{modality}.yaml`, with the folder `config/best_hparams`. */
export function bestHparamsPath(folder: string, model: string, modality: string): string {
  return join(folder, `${folderName('model', model)}_${folderName('modality', modality)}.yaml`);
}

/**
 * Records the settings of a run. The file is itself a valid configuration. An existing one is only overwritten by a
 * higher validation score on the same training and validation patients: scores of others cannot be compared.
 *
 * @throws UsageError when the file that is there is not a valid configuration.
 */
export function updateBestHparams(path: string, config: Config, record: HparamsRecord): HparamsOutcome {
  if (existsSync(path)) {
    const before = readConfig(path).record;
    if (before !== undefined && !isSameFit(before, record)) return 'other split';
    if (before !== undefined && !(record.val_auc > before.val_auc)) return 'not better';
  }
  writeConfig(path, { ...config, record });
  return 'written';
}
