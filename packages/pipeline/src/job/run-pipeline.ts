import type { Config } from '@radweave/artifacts';
import type { RunOptions } from '../declare/job-part.ts';
import type { SomeStage } from '../declare/stage.ts';
import { STAGES } from '../stages/index.ts';
import { Job, type Runner, type StepOutcome } from './job.ts';

/**
 * Runs the stages that have a part in the whole job, in their order; those of one modality that follow each other, modality by
 * modality. A step whose inputs, settings and outputs have not changed is skipped, and that is said; training that was stopped
 * is resumed.
 */
export async function runPipeline(config: Config, how: RunOptions, runner: Runner): Promise<StepOutcome[]> {
  await runner.run('check', { config, bestHparamsDir: how.bestHparamsDir }, () => undefined);
  const stages: readonly SomeStage[] = STAGES;
  const inJob = stages.filter(({ job }) => job !== undefined);
  const job = new Job(config, how, runner);
  for (const group of groups(inJob)) {
    for (const modality of isPerModality(group[0]) ? config.data.modalities : ['']) {
      for (const stage of group) await job.step(stage, modality);
    }
  }
  return job.outcomes;
}

const isPerModality = (stage: SomeStage | undefined): boolean => stage?.job?.isPerModality === true;

/** Stages that are done together for each modality; any other is a group of its own. */
function groups(stages: readonly SomeStage[]): SomeStage[][] {
  const all: SomeStage[][] = [];
  for (const stage of stages) {
    const last = all.at(-1);
    if (isPerModality(stage) && isPerModality(last?.[0])) last?.push(stage);
    else all.push([stage]);
  }
  return all;
}
