import { join } from 'node:path';
import { cohortConfig, writeCohortFolders } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';

export function cohort(): { folder: string; raw: string; config: ReturnType<typeof cohortConfig> } {
  const folder = tempDir();
  const config = cohortConfig(folder);
  const raw = join(folder, 'raw');
  writeCohortFolders(raw);
  return { folder, raw, config };
}

export const slice = (raw: string, place: string): string => join(raw, place);
