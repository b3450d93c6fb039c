import { join } from 'node:path';
import { type Config, HISTORY_METRICS, splitHash, writeExclusions, writeHistory } from '@radweave/artifacts';
import { writeMadeUpCheckpoint, writeMadeUpNetwork } from '@radweave/network/testing/networks';
import { asWritten } from '@radweave/remarks';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpCohort, writeMadeUpFeatures } from '@radweave/study/testing/features';
import { tempDir } from '@radweave/testkit';
import type { ReportOptions, ReportResult } from '../work/report.ts';
import { evaluate } from './evaluate.ts';
import { fuse } from './fuse.ts';
import { report } from './report.ts';

export const modalities = ['A', 'P'];
export const COHORT = madeUpCohort({ train: 20, val: 14, test: 16 });
export const HASH = splitHash(COHORT);

/** What `preprocess` leaves besides the split files. */
export function divided(config: Config): void {
  writeMadeUpCohort(config, COHORT, { modalities });
  writeExclusions(join(config.data.splits_dir, 'exclusions.csv'), []);
}

/** An evaluated study: a fusion, and the networks of two runs with histories. */
export async function studied(divide: (config: Config) => void = divided): Promise<Config> {
  const config = cohortConfig(tempDir());
  config.evaluation.bootstrap_replicates = 100;
  divide(config);
  for (const modality of modalities) {
    writeMadeUpFeatures(config, modality, COHORT, 4);
    const run = writeMadeUpNetwork(config, modality, COHORT);
    await writeMadeUpCheckpoint(run, config, {
      precision: 'bf16',
      precision_reason: asWritten('as requested'),
    });
    const metrics = Object.fromEntries(HISTORY_METRICS.map((name) => [name, 0.5]));
    writeHistory(run.history, [
      { epoch: 1, learning_rate: 1e-4, note: '', ...metrics } as Parameters<typeof writeHistory>[1][number],
    ]);
  }
  await fuse({ config, modalities }, listening());
  const options = { config, modalities, runs: {}, frozen: null, networksOnly: false, outputDir: null };
  await evaluate(options, listening());
  return config;
}

export function run(
  config: Config,
  more: Partial<ReportOptions> = {},
  context = listening(),
): Promise<ReportResult> {
  return report({ config, language: 'en', pdf: false, output: null, ...more }, context);
}
