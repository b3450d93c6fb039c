import { join } from 'node:path';
import { folderName } from './names.ts';

/** The three sets of patients. `test` is the external validation. */
export type Split = 'train' | 'val' | 'test';

export const SPLITS: readonly Split[] = ['train', 'val', 'test'];

/** `{folder}/{split}_{modality}.csv`. */
export function splitPath(folder: string, split: Split, modality: string): string {
  return join(folder, `${split}_${folderName('modality', modality)}.csv`);
}

/** The names of all such files, whatever their modality. */
export const SPLIT_FILE: RegExp = /^(?:train|val|test)_.+\.csv$/;
