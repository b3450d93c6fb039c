import {
  type Config,
  type ConfigKeyPath,
  hashValue,
  inShell,
  isSamePlace,
  outputFolders,
  type Plan,
  planFiles,
  readConfig,
  readPlan,
  settingOf,
  UsageError,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { RADWEAVE_VERSION } from '@radweave/study/context/versions';
import type { Call } from '../declare/command.ts';

export interface OpenPlan {
  plan: Plan;
  folder: string;
  config: Config;
}

/**
 * The plan of the study whose output folder the call names.
 *
 * @throws UsageError `E_PLAN` where there is none, where it is of another folder or version, or where the call asks for other
 *   settings than it has.
 */
export function openPlan({ config: asked, given, inFile }: Call): OpenPlan {
  const folder = outputFolders(asked.experiment.output_dir).tasks;
  const files = planFiles(folder);
  if (!existsSync(files.plan)) throw planError('there is no plan of this study', files.plan, PLAN_FIRST);
  const plan = readPlan(files.plan);
  const config = readConfig(files.config);
  const again =
    'rungs' in plan.how
      ? `Run first: radweave tune --modality ${inShell(plan.how.modality)}; with the settings of the search`
      : PLAN_FIRST;
  if (plan.radweave !== RADWEAVE_VERSION) {
    throw planError(`the plan is of version ${plan.radweave}`, files.plan, again);
  }
  if (!isSamePlace(outputFolders(config.experiment.output_dir).tasks, folder)) {
    const problem =
      `the plan was made in the folder ${plan.folder}, and its relative paths, such as ` +
      `${config.experiment.output_dir}, lead to other folders from ${process.cwd()}`;
    throw planError(problem, files.plan, `Start the worker in ${plan.folder}`);
  }
  for (const key of new Set([...given, ...inFile]) as Set<ConfigKeyPath>) {
    if (key === 'experiment.output_dir') continue;
    const value = settingOf(asked, key);
    if (hashValue(value) === hashValue(settingOf(config, key))) continue;
    // Each worker may have a device of its own.
    if (key !== 'training.device') {
      throw planError(`the plan has another ${key} than was asked for`, files.plan, again);
    }
    if (given.includes(key)) config.training.device = asked.training.device;
  }
  return { plan, folder, config };
}

const PLAN_FIRST = 'Run radweave plan with the settings of the study first';

function planError(what: string, where: string, hint: string): UsageError {
  return new UsageError('E_PLAN', what, { where, hint });
}
