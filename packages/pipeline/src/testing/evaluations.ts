import type { Config } from '@radweave/artifacts';
import { writeMadeUpNetwork } from '@radweave/network/testing/networks';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import {
  type MadeUpPatient,
  madeUpCohort,
  writeMadeUpCohort,
  writeMadeUpFeatures,
} from '@radweave/study/testing/features';
import { tempDir } from '@radweave/testkit';
import { evaluate } from '../stages/evaluate.ts';
import { fuse } from '../stages/fuse.ts';
import type { EvaluateOptions, EvaluateResult } from '../work/evaluate.ts';

/** Of the made-up evaluations. */
export const modalities: string[] = ['A', 'P'];

/** A fusion and two networks, ready to be evaluated. */
export async function prepared(
  cohort: MadeUpPatient[] = madeUpCohort({ train: 40, val: 30, test: 48 }),
  classes = 2,
): Promise<Config> {
  const config = cohortConfig(tempDir());
  config.evaluation.bootstrap_replicates = 200;
  writeMadeUpCohort(config, cohort);
  for (const modality of modalities) {
    writeMadeUpFeatures(config, modality, cohort, 4);
    writeMadeUpNetwork(config, modality, cohort, classes);
  }
  await fuse({ config, modalities }, listening());
  return config;
}

/** Evaluates it. */
export function run(config: Config, more: Partial<EvaluateOptions> = {}): Promise<EvaluateResult> {
  const options = { config, modalities, runs: {}, frozen: null, networksOnly: false, outputDir: null };
  return evaluate({ ...options, ...more }, listening());
}

/** The one row of a result with these values. */
export function rowOf(
  result: EvaluateResult,
  wanted: Record<string, string>,
): EvaluateResult['rows'][number] {
  const all: Record<string, string> = { hospital: 'all', split: 'test', ...wanted };
  const hit = result.rows.find((row) =>
    Object.entries(all).every(([key, value]) => Reflect.get(row, key) === value),
  );
  if (hit === undefined) throw new Error(`no row ${JSON.stringify(all)}`);
  return hit;
}
