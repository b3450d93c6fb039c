import type { Config } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { remark } from '@radweave/remarks';
import { isOtherTest, isPresentSplit, presentIdentity } from '@radweave/study/cohort/split-identity';
import { type StageContext, warn } from '@radweave/study/context/events';
import { isTrained, type RunFolder } from '@radweave/study/runs/run-folder';
import { hasItsPredictions } from '@radweave/study/runs/run-predictions';

/** Whether nothing is left of a run that was stopped but its settings. What it had finished is never begun again. */
export function beginsAnew({ experiment }: Config, run: RunFolder): boolean {
  return !experiment.save_last && !existsSync(run.last) && run.read().status === 'running';
}

/** Whether a run is trained and tested, on the present patients as far as it can be. */
export function isFinished(run: RunFolder, config: Config): boolean {
  const isWhole = (): boolean => run.results.every((path) => existsSync(path)) && hasItsPredictions(run);
  return isTrained(run.read(), config.training) && isWhole() && !isToTestAgain(run, config);
}

/** What a finished run stays, whatever the split is now. */
export function warnOfOtherSplit(run: RunFolder, { data }: Config, context: StageContext): void {
  const record = run.read();
  const present = presentIdentity(data, record.modality);
  if (!isPresentSplit(record, present)) {
    warn(context, `The run '${run.name}' was trained on another split than the present one.`);
  } else if (isOtherTest(record, present)) {
    const what = remark('run-other-test', { run: run.name, modality: record.modality }).text;
    warn(context, `It is not tested again, because it keeps no last checkpoint: ${what}.`);
  }
}

/** Whether its test results are of other external patients than the present ones, and the network is there to be asked. */
export function isToTestAgain(run: RunFolder, { data }: Config): boolean {
  const record = run.read();
  return existsSync(run.last) && isOtherTest(record, presentIdentity(data, record.modality));
}
