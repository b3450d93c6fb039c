import type { Config } from '@radweave/artifacts';
import type { RunOptions } from '../declare/job-part.ts';
import type { SomeStage } from '../declare/stage.ts';
import { STAGES } from '../stages/index.ts';

/** A stage of a whole job, for one modality or (empty) for all together. */
export interface Step {
  /** Of its record: `train-A`. */
  readonly name: string;
  readonly stage: SomeStage;
  readonly modality: string;
  /** Names of the steps that it needs the results of; all of them come before it. */
  readonly after: readonly string[];
}

/** The steps of a job in the order in which one process does them: those of one modality that follow each other together. */
export function stepsOf({ data }: Config, how: RunOptions): Step[] {
  const all: readonly SomeStage[] = STAGES;
  const steps: Step[] = [];
  for (const group of groups(all.filter(({ job }) => job?.isWanted?.(how) ?? job !== undefined))) {
    for (const modality of isPerModality(group[0]) ? data.modalities : ['']) {
      for (const stage of group) {
        const name = stepName(stage.name, modality);
        const needs = (step: Step): boolean =>
          stage.job?.after.includes(step.stage.name) === true &&
          (step.modality === modality || step.modality === '' || modality === '');
        const after = steps.filter(needs).map((step) => step.name);
        steps.push({ name, stage, modality, after });
      }
    }
  }
  return steps;
}

/** The name of a step's record, or of a part of one. */
export function stepName(stage: string, ...of: readonly string[]): string {
  return [...stage.split('_'), ...of.filter((one) => one !== '')].join('-');
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
