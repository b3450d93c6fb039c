import { type Config, readSplit, SPLITS, type Split, splitHash, splitPath } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { forEachSplit } from './each-split.ts';
import { SliceTable } from './slice-table.ts';

/** Identity of who is in which set, whatever files they came from. */
export function splitIdentity(tables: Readonly<Record<Split, SliceTable>>): string {
  const cohort = SPLITS.flatMap((split) =>
    tables[split].patients.map(({ patient, hospital, label }) => ({ patient, hospital, label, split })),
  );
  return splitHash(cohort);
}

/** That of the split files of a modality; null where one is missing. @throws DataError when one is not a split file. */
export function presentIdentity(
  { splits_dir, root_dir }: Pick<Config['data'], 'splits_dir' | 'root_dir'>,
  modality: string,
): string | null {
  const files = forEachSplit((split) => splitPath(splits_dir, split, modality));
  if (!SPLITS.every((split) => existsSync(files[split]))) return null;
  const rootDir = root_dir ?? undefined;
  return splitIdentity(forEachSplit((split) => new SliceTable(readSplit(files[split], { rootDir }))));
}

/**
 * Whether what was trained on a split fits the present one. Where nothing tells either of them, nothing speaks against it.
 *
 * @param recorded Of the training; empty where its record does not say.
 */
export function isPresentSplit(recorded: string, present: string | null): boolean {
  return present === null || recorded === '' || recorded === present;
}
