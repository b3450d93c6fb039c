import { type Config, readSearch, type SearchRecord, tuneFiles, tuneFolder } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { UsedFiles } from './used-files.ts';

/** What `tune` found for these modalities, where somebody has searched. */
export function readSearches(
  config: Config,
  modalities: readonly string[],
  files: UsedFiles,
): SearchRecord[] {
  return modalities.flatMap((modality) => {
    const { record } = tuneFiles(tuneFolder(config, modality));
    if (!existsSync(record)) return [];
    files.add(record);
    return readSearch(record);
  });
}
