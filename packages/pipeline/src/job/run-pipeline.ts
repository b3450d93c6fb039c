import type { Config } from '@radweave/artifacts';
import type { RunOptions } from '../declare/job-part.ts';
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
