import type { Config } from '@radweave/artifacts';
import type { RunOptions } from '../declare/job-part.ts';
import type { StageName } from '../stages/index.ts';
import { Job, type Runner, type StepOutcome } from './job.ts';
import { stepsOf } from './steps.ts';

/**
 * Does the steps of the whole job one after the other. A step whose inputs, settings and outputs have not changed is skipped,
 * and that is said; training that was stopped is resumed.
 */
export async function runPipeline(config: Config, how: RunOptions, runner: Runner): Promise<StepOutcome[]> {
  await runner.run('check', { config, bestHparamsDir: how.bestHparamsDir }, () => undefined);
  const job = new Job(config, how, runner);
  const outcomes: StepOutcome[] = [];
  for (const step of stepsOf(config, how)) outcomes.push({ step: step.name, outcome: await job.step(step) });
  return outcomes;
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
