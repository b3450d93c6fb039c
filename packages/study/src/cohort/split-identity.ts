import {
  type Config,
  identityOf,
  isSameFit,
  readSplit,
  SPLITS,
  type Split,
  type SplitIdentity,
  splitPath,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { forEachSplit } from './each-split.ts';
import { SliceTable } from './slice-table.ts';

/** Identity of who is in which set, whatever files they came from. */
export function splitIdentity(tables: Readonly<Record<Split, SliceTable>>): Required<SplitIdentity> {
  const cohort = SPLITS.flatMap((split) =>
    tables[split].patients.map(({ patient, hospital, label }) => ({ patient, hospital, label, split })),
  );
  return identityOf(cohort);
}

/** That of the split files of a modality; null where one is missing. @throws DataError when one is not a split file. */
export function presentIdentity(
  { splits_dir, root_dir }: Pick<Config['data'], 'splits_dir' | 'root_dir'>,
  modality: string,
): Required<SplitIdentity> | null {
  const files = forEachSplit((split) => splitPath(splits_dir, split, modality));
  if (!SPLITS.every((split) => existsSync(files[split]))) return null;
  const rootDir = root_dir ?? undefined;
  return splitIdentity(forEachSplit((split) => new SliceTable(readSplit(files[split], { rootDir }))));
}

/**
 * Whether a network fits the present split: its training and validation patients are the present ones, whoever the external
 * patients are. Where nothing tells either of them, nothing speaks against it.
 */
export function isPresentSplit(recorded: SplitIdentity, present: SplitIdentity | null): boolean {
  return present === null || recorded.split_hash === '' || isSameFit(recorded, present);
}

/** Whether a network fits the present split, but what it was tested on are other patients than the present ones. */
export function isOtherTest(recorded: SplitIdentity, present: SplitIdentity | null): boolean {
  if (present === null || recorded.split_hash === '') return false;
  return recorded.split_hash !== present.split_hash && isSameFit(recorded, present);
}
