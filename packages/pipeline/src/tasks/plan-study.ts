import { randomUUID } from 'node:crypto';
import {
  type Config,
  lastTaskRecord,
  outputFolders,
  type Plan,
  type PlannedTask,
  planFiles,
  writeConfig,
  writePlan,
} from '@radweave/artifacts';
import { mkdirSync } from '@radweave/artifacts/files';
import { silentContext } from '@radweave/study/context/events';
import { RADWEAVE_VERSION } from '@radweave/study/context/versions';
import type { RunOptions } from '../declare/job-part.ts';
import type { Runner } from '../job/job.ts';
import { checkJob } from '../job/run-pipeline.ts';
import { type Step, stepName, stepsOf } from '../job/steps.ts';
import { preprocess } from '../stages/preprocess.ts';

const SECONDS = 60;

/**
 * Writes a study as a list of tasks, for workers. Each plan is a new one: its tasks are looked at again, and those on which nothing
 * has changed are skipped then, as `run` skips them.
 *
 * @param countsClasses as for {@link checkJob}.
 * @returns the plan and its file.
 * @throws what the stage `check` throws, and what `preprocess` throws before it writes: without raw folders, table or home hospital a plan that is there stays.
 */
export async function planStudy(
  config: Config,
  how: RunOptions,
  runner: Runner,
  countsClasses = false,
): Promise<{ plan: Plan; file: string }> {
  await checkJob(config, how, runner, countsClasses);
  await preprocess.open?.({ config }, silentContext());
  const folder = outputFolders(config.experiment.output_dir).tasks;
  const tasks = stepsOf(config, how).flatMap((step, _, steps) => tasksOf(step, steps, config, how));
  const plan: Plan = {
    format: 1,
    id: randomUUID(),
    folder: process.cwd(),
    radweave: RADWEAVE_VERSION,
    how,
    tasks,
  };
  mkdirSync(folder, { recursive: true });
  for (const task of tasks) {
    const before = lastTaskRecord(folder, task.name);
    // What one took that failed or was stopped tells nothing.
    if (before?.state !== 'done') continue;
    task.needs.memory_mb = before.memory_mb;
    task.needs.minutes = before.seconds === null ? null : before.seconds / SECONDS;
  }
  const files = planFiles(folder);
  writeConfig(files.config, config);
  writePlan(files.plan, plan);
  return { plan, file: files.plan };
}

/** The task of a step, after those of its parts. */
function tasksOf(step: Step, steps: readonly Step[], config: Config, how: RunOptions): PlannedTask[] {
  const { stage, modality, name } = step;
  const before = steps.filter((one) => step.after.includes(one.name));
  const { root_dir } = config.data;
  const common = {
    stage: stage.name,
    modality,
    after: before.map((one) => one.name),
    inputs: [
      ...(before.length === 0 && root_dir !== null ? [root_dir] : []),
      ...before.flatMap((one) => one.stage.job?.places(config, one.modality) ?? []),
    ],
    outputs: [...(stage.job?.places(config, modality) ?? [])],
  };
  const device = stage.job?.isPerModality === true ? config.training.device : 'cpu';
  const needs = { device, passes: 0, minutes: null, memory_mb: null };
  const { epochs } = config.training;
  const parts = stage.job?.parts;
  const count = parts?.count(how) ?? 0;
  const ahead = Array.from({ length: count }, (_, i): PlannedTask => {
    const part = i + 1;
    // A part learns from all but its own share of the patients.
    const passes = epochs * (1 - 1 / count);
    return {
      ...common,
      name: stepName(parts?.stage ?? '', modality, String(part)),
      part,
      needs: { ...needs, passes },
    };
  });
  const after = [...common.after, ...ahead.map((part) => part.name)];
  const passes = stage.job?.passes?.(config) ?? 0;
  return [...ahead, { ...common, name, part: null, after, needs: { ...needs, passes } }];
}
