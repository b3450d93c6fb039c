import {
  bestModelPath,
  type Config,
  fileState,
  folderState,
  localPlace,
  outputFolders,
  readSplit,
  type Split,
  splitFiles,
  splitPath,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { presentIdentity } from '@radweave/study/cohort/split-identity';
import { findRuns, newestFitting } from '@radweave/study/runs/run-folder';
import { checkpointReads, isLookedAt, type Reads } from './reads.ts';

/** Images below the data root, by size and time. */
export function rawStates({ data }: Config): Reads {
  const { root_dir } = data;
  if (root_dir === null || !existsSync(localPlace(root_dir))) return {};
  return { images: { path: root_dir, value: folderState(localPlace(root_dir), isLookedAt(data)) } };
}

/** Images of a modality that the split files list, by size and time. Which these are, their record says. */
export function sliceStates({ data }: Config, modality: string, splits: readonly Split[]): Reads {
  const rootDir = data.root_dir ?? undefined;
  const value = splits
    .map((split) => splitPath(data.splits_dir, split, modality))
    .filter((path) => existsSync(path))
    .map((path) => readSplit(path, { rootDir }).map((slice) => fileState(slice.path)));
  return { [`images of ${modality}`]: { path: splitFiles(data.splits_dir).summary, value } };
}

/** The checkpoint that a command takes: the one that it names, or else the newest run's on the present split. */
export function takenReads(options: {
  config: Config;
  modality: string;
  checkpoint?: string | undefined;
  model?: string | undefined;
}): Reads {
  const { config, modality, model, checkpoint } = options;
  const { data, experiment } = config;
  // ImageNet's weights are told by the model's name, unless a file has them.
  if (checkpoint === 'pretrained')
    return checkpointReads({ modality, checkpoint: config.model.weights ?? '' });
  if (checkpoint !== undefined) return checkpointReads(options);
  const runs = findRuns(experiment.output_dir, 'best', { modality, model });
  const { run } = newestFitting(runs, presentIdentity(data, modality));
  const common = bestModelPath(outputFolders(experiment.output_dir).checkpoints);
  return checkpointReads({ modality, checkpoint: run?.best ?? common });
}
