import { join } from 'node:path';
import { type Config, fusionFolder, SPLITS, slicePredictionsPath } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type Remark, remark } from '@radweave/remarks';
import { findRuns, type RunFolder } from '@radweave/study/runs/run-folder';

/** A model that is not evaluated, and the command that makes it. */
export interface Unevaluated {
  what: Remark;
  command: string;
}

/** A fusion of which nothing or not all is there: its model file comes last. */
export function missingFusion(config: Config, modalities: readonly string[]): Unevaluated {
  const folder = fusionFolder(config);
  const begun = ['metrics.csv', ...SPLITS.map((split) => `predictions_${split}.csv`)];
  const isBegun = begun.some((name) => existsSync(join(folder, name)));
  return {
    what: remark(isBegun ? 'fusion-unfinished' : 'fusion-missing', { folder }),
    command: `radweave fuse --modalities ${modalities.join(' ')}`,
  };
}

/** A modality none of whose trainings is finished. */
export function missingNetwork(outputDir: string, modality: string): Unevaluated {
  const [begun] = findRuns(outputDir, 'resumable', { modality }).filter(
    (run) => run.read().status === 'running',
  );
  const train = `radweave train --modality ${modality}`;
  return begun === undefined
    ? { what: remark('run-missing', { modality }), command: train }
    : {
        what: remark('run-unfinished', { run: begun.name, modality }),
        command: `${train} --resume --run ${begun.name}`,
      };
}

/** A finished run without what it says of every slice; null where all is there. */
export function missingPredictions(run: RunFolder, modality: string): Unevaluated | null {
  if (SPLITS.every((split) => existsSync(slicePredictionsPath(run.logs, split)))) return null;
  return {
    what: remark('run-without-predictions', { run: run.name }),
    command: `radweave train --modality ${modality}`,
  };
}
