import { applyOverrides, type Config } from '@radweave/artifacts';
import type { RunOptions } from '../declare/job-part.ts';
import type { StageName } from '../stages/index.ts';
import { Job, type Runner, type StepOutcome } from './job.ts';
import { stepsOf } from './steps.ts';

/**
 * Does the steps of the whole job one after the other. A step whose inputs, settings and outputs have not changed is skipped,
 * and that is said; training that was stopped is resumed.
 *
 * @param countsClasses as for {@link checkJob}.
 */
export async function runPipeline(
  config: Config,
  how: RunOptions,
  runner: Runner,
  countsClasses = false,
): Promise<StepOutcome[]> {
  await checkJob(config, how, runner, countsClasses);
  const job = new Job(config, how, runner);
  const outcomes: StepOutcome[] = [];
  for (const step of stepsOf(config, how)) outcomes.push({ step: step.name, outcome: await job.step(step) });
  return outcomes;
}

/**
 * Checks a whole job before its first step.
 *
 * @param countsClasses Whether nobody says how many classes there are: `config` gets as many as the raw folders, or the table, have.
 */
export async function checkJob(
  config: Config,
  { bestHparamsDir }: RunOptions,
  runner: Runner,
  countsClasses: boolean,
): Promise<void> {
  const options = { config, bestHparamsDir, countsClasses };
  const { classes } = await runner.run('check', options, () => undefined);
  // Weights of the classes may not fit.
  if (countsClasses) config.model = applyOverrides(config, [['model.num_classes', String(classes)]]).model;
}

/**
 * Keeps the record of a run true where one of its steps was done again by itself, of more parts than the run had.
 *
 * @param outputs What was written; what is not of the run is recorded nowhere.
 */
export async function renewRecord(
  name: StageName,
  config: Config,
  outputs: readonly string[],
  warnings: readonly string[],
  runner: Runner,
): Promise<void> {
  const how: RunOptions = { bestHparamsDir: '', explain: false, crossFit: null };
  const job = new Job(config, how, runner);
  const steps = stepsOf(config, how);
  job.recall(steps.filter((step) => job.isRecorded(step)));
  for (const step of steps) if (step.stage.name === name) await job.renew(step, outputs, warnings);
}
