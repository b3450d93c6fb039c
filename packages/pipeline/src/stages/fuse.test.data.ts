import type { Config } from '@radweave/artifacts';
import { cohortConfig } from '@radweave/study/testing/cohort';
import {
  type MadeUpPatient,
  madeUpCohort,
  writeMadeUpCohort,
  writeMadeUpFeatures,
} from '@radweave/study/testing/features';
import { tempDir } from '@radweave/testkit';

export const modalities = ['A', 'P'];

export function prepared(
  cohort: readonly MadeUpPatient[] = madeUpCohort({ train: 60, val: 24, test: 40 }),
  dims = { A: 8, P: 5 },
): Config {
  const config = cohortConfig(tempDir());
  writeMadeUpCohort(config, cohort);
  writeMadeUpFeatures(config, 'A', cohort, dims.A);
  writeMadeUpFeatures(config, 'P', cohort, dims.P);
  return config;
}
