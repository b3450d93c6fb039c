import { type Config, DataError, splitHash } from '@radweave/artifacts';
import type { StageContext } from '../engine/events.ts';
import { type LoadedSplit, loadSplit } from '../slices/load.ts';

/** The decoded sets of one modality. */
export interface Splits {
  train: LoadedSplit;
  val: LoadedSplit;
  test: LoadedSplit;
}

/** Decodes all sets. @throws DataError when they hold labels the network has no class for. */
export async function loadSplits(config: Config, modality: string, context: StageContext): Promise<Splits> {
  const opened: LoadedSplit[] = [];
  const load = async (split: keyof Splits): Promise<LoadedSplit> => {
    const one = await loadSplit(config, split, modality, context);
    opened.push(one);
    return one;
  };
  try {
    const splits = { train: await load('train'), val: await load('val'), test: await load('test') };
    checkLabels(splits, config);
    return splits;
  } catch (error) {
    for (const split of opened) split.close();
    throw error;
  }
}

export function allSplits(splits: Splits): LoadedSplit[] {
  return [splits.train, splits.val, splits.test];
}

/** Identity of who is in which set, whatever files they came from. */
export function identityOf(splits: Splits): string {
  const cohort = (['train', 'val', 'test'] as const).flatMap((split) =>
    splits[split].table.patients.map(({ patient, hospital, label }) => ({ patient, hospital, label, split })),
  );
  return splitHash(cohort);
}

function checkLabels(splits: Splits, config: Config): void {
  const classes = config.model.num_classes;
  const labels = new Set(allSplits(splits).flatMap(({ table }) => Array.from(table.labels)));
  const wrong = [...labels].filter((label) => label >= classes).sort((a, b) => a - b);
  if (wrong.length > 0) {
    throw new DataError(
      'E_NUM_CLASSES',
      `labels ${wrong.join(', ')} do not fit model.num_classes ${classes}`,
      {
        where: config.data.splits_dir,
        mend: `Labels count from 0: set model.num_classes to ${Math.max(...labels) + 1}`,
      },
    );
  }
}
