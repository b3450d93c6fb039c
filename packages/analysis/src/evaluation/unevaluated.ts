import { join } from 'node:path';
import { type Config, fusionFolder, SPLITS, slicePredictionsPath } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { findRuns, type RunFolder } from '@radweave/study/runs/run-folder';

/** A model that is not evaluated, and the command that makes it. */
export interface Unevaluated {
  what: string;
  command: string;
}

/** A fusion of which nothing or not all is there: its model file comes last. */
export function missingFusion(config: Config, modalities: readonly string[]): Unevaluated {
  const folder = fusionFolder(config);
  const begun = ['metrics.csv', ...SPLITS.map((split) => `predictions_${split}.csv`)];
  const isBegun = begun.some((name) => existsSync(join(folder, name)));
  return {
    what: isBegun ? `the fusion in ${folder} is unfinished` : `there is no fusion in ${folder}`,
    command: `radweave fuse --modalities ${modalities.join(' ')}`,
  };
}

/** A modality none of whose trainings is finished. */
export function missingNetwork(outputDir: string, modality: string): Unevaluated {
  const [begun] = findRuns(outputDir, 'last', { modality }).filter((run) => run.read().status === 'running');
  const train = `radweave train --modality ${modality}`;
  return begun === undefined
    ? { what: `no finished training run of modality ${modality}`, command: train }
    : {
        what: `the training run '${begun.name}' of modality ${modality} is unfinished`,
        command: `${train} --resume --run ${begun.name}`,
      };
}

/** A finished run without what it says of every slice; null where all is there. */
export function missingPredictions(run: RunFolder, modality: string): Unevaluated | null {
  if (SPLITS.every((split) => existsSync(slicePredictionsPath(run.logs, split)))) return null;
  return {
    what: `run '${run.name}' has no slice_predictions_*.csv: it is of an older version, train again`,
    command: `radweave train --modality ${modality}`,
  };
}

/** Of a model that is not evaluated, among the notes of the evaluation. */
export function unevaluatedNote({ what, command }: Unevaluated): string {
  return `${UNEVALUATED}${what}; make it with: ${command}`;
}

const UNEVALUATED = 'not evaluated: ';

/** Whether a note of an evaluation is of a model that was not evaluated. */
export function isUnevaluated(note: string): boolean {
  return note.startsWith(UNEVALUATED);
}
