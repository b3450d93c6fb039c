import { join } from 'node:path';
import {
  bestModelPath,
  type Config,
  fileState,
  filesThere,
  localPlace,
  outputFolders,
  readSplit,
  type Split,
  splitPath,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { presentIdentity } from '@radweave/study/cohort/split-identity';
import { findRuns, newestFitting } from '@radweave/study/runs/run-folder';
import { checkpointReads, isLookedAt, type Reads } from './reads.ts';
import type { SharedFiles } from './shared-files.ts';

/** Images below the data root. */
export function rawFiles({ data }: Config): SharedFiles {
  return filesBelow('images', localPlace(data.root_dir ?? ''), isLookedAt(data));
}

/** Files below a folder; none where it is not there. */
export function filesBelow(
  what: string,
  folder: string,
  isLookedAt: (name: string) => boolean = () => true,
): SharedFiles {
  const there = existsSync(folder) ? filesThere(folder) : [];
  const files = there
    .filter(([name]) => isLookedAt(name))
    .map(([name, path]) => ({
      name,
      path: join(folder, name),
      state: path === null ? null : fileState(path),
    }));
  return { what, folder, files };
}

/** Images of a modality that the split files list, by their order: machines may have them in other places. */
export function sliceFiles({ data }: Config, modality: string, splits: readonly Split[]): SharedFiles {
  const rootDir = data.root_dir ?? undefined;
  const files = splits
    .filter((split) => existsSync(splitPath(data.splits_dir, split, modality)))
    .flatMap((split) =>
      readSplit(splitPath(data.splits_dir, split, modality), { rootDir }).map(({ path }, i) => ({
        name: `${split} ${i}`,
        path,
        state: fileState(path),
      })),
    );
  return { what: `images of ${modality}`, folder: data.splits_dir, files };
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
