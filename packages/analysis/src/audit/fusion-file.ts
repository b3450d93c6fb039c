import { join } from 'node:path';
import { type Config, type FusionModelFile, fusionFolder, readFusionModel } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';

/** The fitted fusion; the reason when there is none. @throws DataError when its file is damaged. */
export function readFusion(config: Config): { file: string; model: FusionModelFile } | string {
  const file = join(fusionFolder(config), 'model.json');
  return existsSync(file) ? { file, model: readFusionModel(file) } : `there is no fusion: ${file}`;
}
