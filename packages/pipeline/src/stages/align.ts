import { type Config, lockFolder, type Split } from '@radweave/artifacts';
import type { StageContext } from '../engine/events.ts';
import { type Alignment, alignAvailable, alignedFolder } from '../features/align.ts';
import { forEachSplit } from '../features/for_each_split.ts';

/** What `align` is asked to do. */
export interface AlignOptions {
  config: Config;
  modalities: string[];
}

/** What `align` gives. */
export interface AlignResult {
  /** Those that have features. */
  modalities: string[];
  /** Aligned patients by split. */
  patients: Record<Split, number>;
  /** Patients left out because they lack a modality, by split. */
  missing: Record<Split, number>;
  folders: Record<Split, string>;
}

/** Writes the tables that list the same patients in the same order for every modality that has features. */
export async function align(options: AlignOptions, context: StageContext): Promise<AlignResult> {
  const { config, modalities } = options;
  const lock = lockFolder(config.data.features_dir, 'radweave align');
  try {
    return alignResult(config, await alignAvailable(config, modalities, context));
  } finally {
    lock.release();
  }
}

/** The counts of an alignment. */
export function alignResult(config: Config, { sources, splits }: Alignment): AlignResult {
  return {
    modalities: sources.map(({ modality }) => modality),
    patients: forEachSplit((split) => splits[split].patients.length),
    missing: forEachSplit((split) => splits[split].missing.length),
    folders: forEachSplit((split) => alignedFolder(config.data.features_dir, split)),
  };
}
