import { type Config, readSearch, type SearchRecord, tuneFiles } from '@radweave/artifacts';
import { finishCopies } from '../runner/copies.ts';
import type { Following } from '../runner/host.ts';
import { planSearch } from '../tasks/plan-search.ts';
import { work } from '../tasks/work.ts';
import { followedRunner } from './runner.ts';

/**
 * Searches the settings of `tune` for one modality, as `radweave tune` does it with one worker. Called again, it continues where it
 * was stopped; workers that are started with `radweave work` meanwhile share the trials.
 *
 * @returns every trial with its validation AUC, and the best.
 * @throws errors with `code`, `exitCode` and `hint`, as the command prints them.
 */
export async function tune(
  config: Config,
  { modality, ...following }: { modality: string } & Following,
): Promise<SearchRecord> {
  const runner = followedRunner(following);
  const plan = await planSearch({ config, modality }, runner);
  await work(plan, runner, { index: 0, signal: following.signal ?? new AbortController().signal });
  await finishCopies();
  return readSearch(tuneFiles(plan.config.experiment.output_dir).record);
}
