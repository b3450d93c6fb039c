import { dirname } from 'node:path';
import { bestHparamsPath, type Config, readConfig, requireWritable, studyKeyPath } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { studyKey } from '@radweave/study/cohort/study-key';
import { requireEngineSettings } from '../open/engine-settings.ts';

/**
 * Everything that can be said without a look at the images: minutes are spent on those.
 *
 * @throws UsageError for an unknown model or an unusable record of best settings; ResourceError for a device, a weights
 *   file or a folder to write to that is not there.
 */
export function checkBeforeTraining(config: Config, modality: string, bestHparamsDir: string): void {
  requireEngineSettings(config);
  requireWritable(config.experiment.output_dir, '--set experiment.output_dir=FOLDER');
  requireWritable(bestHparamsDir, '--best_hparams_dir');
  const key = studyKeyPath(config.data);
  if (existsSync(key)) studyKey(config.data);
  else requireWritable(dirname(key), '--set data.study_key=FILE');
  const record = bestHparamsPath(bestHparamsDir, config.model.name, modality);
  if (existsSync(record)) readConfig(record);
}
