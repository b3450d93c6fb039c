import { type Alignment, alignAvailable } from '@radweave/analysis/features/align';
import { requireArrays } from '@radweave/analysis/features/source';
import { alignedFiles, alignedFolder, type Config, DataError, SPLITS, type Split } from '@radweave/artifacts';
import { and } from '@radweave/remarks';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import type { StageContext } from '@radweave/study/context/events';

export interface AlignOptions {
  config: Config;
  modalities: string[];
  /** Where the aligned tables go; by default beside the features. */
  outputDir?: string | null;
}

export interface AlignResult {
  /** Those that have features. */
  modalities: string[];
  patients: Record<Split, number>;
  /** Patients left out because they lack a modality, by split. */
  missing: Record<Split, number>;
  folders: Record<Split, string>;
}

/** Writes the tables that list the same patients in the same order for every modality that has features. */
export async function align(options: AlignOptions, context: StageContext): Promise<AlignResult> {
  const { config, modalities } = options;
  const folder = options.outputDir ?? config.data.features_dir;
  for (const modality of modalities) requireArrays(config.data.features_dir, modality);
  const alignment = await alignAvailable(config, modalities, context, folder);
  const result = alignResult(folder, alignment);
  if (SPLITS.some((split) => result.patients[split] > 0)) return result;
  throw new DataError('E_NO_PATIENTS', `no patient has features of ${and(result.modalities)}`, {
    where: alignedFiles(alignedFolder(folder, 'train')).missing,
    hint: 'Extract the modalities from the same split',
  });
}

export function alignResult(folder: string, { sources, splits }: Alignment): AlignResult {
  return {
    modalities: sources.map(({ modality }) => modality),
    patients: forEachSplit((split) => splits[split].patients.length),
    missing: forEachSplit((split) => splits[split].missing.length),
    folders: forEachSplit((split) => alignedFolder(folder, split)),
  };
}
