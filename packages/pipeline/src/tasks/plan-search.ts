import { join } from 'node:path';
import {
  findPlan,
  findTaskRecord,
  hashValue,
  outputFolders,
  type Plan,
  type PlannedTask,
  planFiles,
  splitPath,
  taskFiles,
  trialResultPath,
  tuneFiles,
  writeConfig,
  writePlan,
} from '@radweave/artifacts';
import { mkdirSync, rmSync } from '@radweave/artifacts/files';
import { RADWEAVE_VERSION } from '@radweave/study/context/versions';
import type { Runner } from '../job/job.ts';
import { stepName } from '../job/steps.ts';
import type { SearchOptions } from '../work/search.ts';
import type { TuneResult } from '../work/tune.ts';
import type { OpenPlan } from './open-plan.ts';

/**
 * Writes a search of settings as a list of tasks, unless it is the one that is there: whoever gives the same command, on whatever machine,
 * joins in. What has failed is tried again.
 *
 * @throws what the stage `tune` throws before anything is written.
 */
export async function planSearch(options: SearchOptions, runner: Runner): Promise<OpenPlan> {
  const drawn = await runner.run('tune', options, () => undefined);
  const { config, search } = drawn;
  const folder = outputFolders(config.experiment.output_dir).tasks;
  const common = { format: 1, folder: process.cwd(), radweave: RADWEAVE_VERSION } as const;
  const content = { ...common, how: search, tasks: tasksOf(drawn) };
  const plan: Plan = { ...content, id: hashValue([content, drawn.trials]) };
  const files = planFiles(folder);
  mkdirSync(folder, { recursive: true });
  if (findPlan(files.plan)?.id !== plan.id) {
    writeConfig(files.config, config);
    writePlan(files.plan, plan);
  }
  for (const { name } of plan.tasks) {
    if (findTaskRecord(folder, plan, name)?.state !== 'failed') continue;
    rmSync(taskFiles(join(folder, name)).record, { force: true });
  }
  return { plan, folder, config };
}

/** A task for each trial and rung, and the last, which writes what was found. */
function tasksOf({ config, search, trials }: TuneResult): PlannedTask[] {
  const { modality, rungs } = search;
  const { output_dir } = config.experiment;
  const needs = { device: config.training.device, passes: 0, minutes: null, memory_mb: null };
  const nameOf = (trial: number, rung: number): string =>
    stepName('tune_trial', modality, String(trial), String(rung));
  const pieces = trials.flatMap(({ name }, i) =>
    rungs.map((epochs, rung): PlannedTask => {
      const trial = i + 1;
      return {
        name: nameOf(trial, rung),
        stage: 'tune_trial',
        modality,
        part: trial,
        rung,
        after: rung === 0 ? [] : [nameOf(trial, rung - 1)],
        inputs: [splitPath(config.data.splits_dir, 'train', modality)],
        outputs: [trialResultPath(output_dir, name, epochs)],
        // Each fold's network learns from all but that fold.
        needs: { ...needs, passes: (epochs - (rungs[rung - 1] ?? 0)) * (config.tune.folds - 1) },
      };
    }),
  );
  const { record, table, best, trials: results } = tuneFiles(output_dir);
  const end: PlannedTask = {
    name: stepName('tune', modality),
    stage: 'tune',
    modality,
    part: null,
    after: [],
    inputs: [results],
    outputs: [record, table, best],
    needs: { ...needs, device: 'cpu' },
  };
  return [...pieces, end];
}
