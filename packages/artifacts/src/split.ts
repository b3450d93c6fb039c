import { join } from 'node:path';
import { existsSync, readdirSync } from './files/files.ts';
import { folderName } from './names.ts';

/** The three sets of patients. `test` is the external validation. */
export type Split = 'train' | 'val' | 'test';

export const SPLITS: readonly Split[] = ['train', 'val', 'test'];

/** `{folder}/{split}_{modality}.csv`. */
export function splitPath(folder: string, split: Split, modality: string): string {
  return join(folder, `${split}_${folderName('modality', modality)}.csv`);
}

/** The names of all such files, and the modality of each. */
export const SPLIT_FILE: RegExp = /^(?:train|val|test)_(.+)\.csv$/;

/** The modalities that have such files in a folder, in Unicode form NFC. */
export function splitModalities(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const found = names.flatMap((name) => SPLIT_FILE.exec(name.normalize('NFC'))?.[1] ?? []);
  return [...new Set(found)].sort();
}
