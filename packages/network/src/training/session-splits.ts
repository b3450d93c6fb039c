import { type Config, SPLITS, type Split, splitPath } from '@radweave/artifacts';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { dividedBy, requireLearnable } from '@radweave/study/cohort/learnable';
import { type LabelNames, namesIn, type SliceTable } from '@radweave/study/cohort/slice-table';
import { openSplitFolder } from '@radweave/study/cohort/split-folder';
import type { StageContext } from '@radweave/study/context/events';
import { Decoding } from '../slices/decoding.ts';
import { type LoadedSplit, readSliceTable } from '../slices/load.ts';

/** The decoded sets of one modality. */
export type Splits = Record<Split, LoadedSplit>;

export function labelNamesIn({ train, val }: Splits): LabelNames {
  return namesIn([...train.table.rows, ...val.table.rows]);
}

/** The sets of one modality, not decoded yet. */
export type Tables = Record<Split, SliceTable>;

/** The sets a session trains on: who is in them is known, their slices are decoded when it comes to that. */
export interface TrainingSets {
  tables: Tables;
  /** Begins; whoever calls this closes it. */
  decoding(): Pick<Decoding, 'all' | 'close'>;
}

/** The sets of the splits folder. @throws DataError as {@link readTables}. */
export function folderSets(config: Config, modality: string, context: StageContext): TrainingSets {
  const tables = readTables(config, modality, context);
  return { tables, decoding: () => new Decoding(config.data, modality, tables, context) };
}

/**
 * Reads who is in which set.
 *
 * @throws DataError when the split is torn, or does not hold what the network needs to learn.
 */
export function readTables(config: Config, modality: string, context: StageContext): Tables {
  openSplitFolder(config.data, [modality], context);
  const tables = forEachSplit((split) => readSliceTable(config.data, split, modality));
  const patients = forEachSplit((split) => tables[split].patients);
  const place = (split: Split): string => splitPath(config.data.splits_dir, split, modality);
  requireLearnable(
    patients,
    config.model.num_classes,
    `modality ${modality}`,
    place,
    dividedBy(config.data.splits_dir),
    namesIn(SPLITS.flatMap((split) => tables[split].rows)),
  );
  return tables;
}

/** Decodes all sets, as {@link readTables} finds them. @throws DataError as there; nothing is decoded then. */
export async function loadSplits(config: Config, modality: string, context: StageContext): Promise<Splits> {
  const decoding = new Decoding(config.data, modality, readTables(config, modality, context), context);
  try {
    return await decoding.all();
  } finally {
    await decoding.close();
  }
}
