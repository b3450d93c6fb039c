import { join } from 'node:path';
import { type Config, type FusionModelFile, readFusionModel } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { fusionFolder } from '../stages/fuse.ts';

/** The fitted fusion; the reason when there is none. @throws DataError when its file is damaged. */
export function readFusion(config: Config): { file: string; model: FusionModelFile } | string {
  const file = join(fusionFolder(config), 'model.json');
  return existsSync(file) ? { file, model: readFusionModel(file) } : `there is no fusion: ${file}`;
}
