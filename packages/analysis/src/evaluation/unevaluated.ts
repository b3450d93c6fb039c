import { join } from 'node:path';
import { type Config, fusionFolder, inShell, SPLITS, slicePredictionsPath } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { EN, type Part, type Remark, remark, say } from '@radweave/remarks';
import { isOtherTest, presentIdentity } from '@radweave/study/cohort/split-identity';
import { findRuns, newestFitting, type RunFolder } from '@radweave/study/runs/run-folder';

/** A model that is not evaluated, and the command that makes it. */
export interface Unevaluated {
  what: Remark;
  command: string;
}

/** As the console tells it. */
export function notEvaluated({ what, command }: { what: Part; command: string }): string {
  return `Not evaluated: ${say(what, EN)}. Make it with: ${command}; then evaluate again.`;
}

/** A fusion of which nothing or not all is there: its model file comes last. */
export function missingFusion(config: Config, modalities: readonly string[]): Unevaluated {
  const folder = fusionFolder(config);
  const begun = ['metrics.csv', ...SPLITS.map((split) => `predictions_${split}.csv`)];
  const isBegun = begun.some((name) => existsSync(join(folder, name)));
  return {
    what: remark(isBegun ? 'fusion-unfinished' : 'fusion-missing', { folder }),
    command: `radweave fuse --modalities ${inShell(modalities)}`,
  };
}

/**
 * A modality none of whose trainings on the present split is finished.
 *
 * @param other The newest finished one on another split.
 */
export function missingNetwork(
  { data, experiment }: Config,
  modality: string,
  other: RunFolder | undefined,
): Unevaluated {
  const running = findRuns(experiment.output_dir, 'resumable', { modality }).filter(
    (run) => run.read().status === 'running',
  );
  const begun = newestFitting(running, presentIdentity(data, modality)).run;
  const train = `radweave train --modality ${inShell(modality)}`;
  if (begun !== undefined) {
    const what = remark('run-unfinished', { run: begun.name, modality });
    return { what, command: `${train} --resume --run ${inShell(begun.name)}` };
  }
  const what =
    other === undefined
      ? remark('run-missing', { modality })
      : remark('run-other-split', { run: other.name, modality });
  return { what, command: train };
}

/** A finished run without what it says of every present slice; null where all is there. */
export function missingPredictions({ data }: Config, run: RunFolder, modality: string): Unevaluated | null {
  const train = `radweave train --modality ${inShell(modality)}`;
  if (!SPLITS.every((split) => existsSync(slicePredictionsPath(run.logs, split)))) {
    return { what: remark('run-without-predictions', { run: run.name }), command: train };
  }
  if (!isOtherTest(run.read(), presentIdentity(data, modality))) return null;
  // Resumed, a trained run is tested again; without its last checkpoint it cannot be resumed.
  const command = existsSync(run.last) ? `${train} --resume --run ${inShell(run.name)}` : train;
  return { what: remark('run-other-test', { run: run.name, modality }), command };
}
