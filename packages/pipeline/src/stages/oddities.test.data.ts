import { join } from 'node:path';
import { type Config, readBrightness } from '@radweave/artifacts';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect } from 'vitest';
import { readStudyCohort } from '../report/study-cohort.ts';
import { UsedFiles } from '../report/used-files.ts';
import { preprocess } from './preprocess.ts';

/** A small cohort of three hospitals, as folders. */
export function cohort(): { raw: string; config: Config } {
  const config = cohortConfig(tempDir());
  const raw = config.data.root_dir ?? '';
  writeCohortFolders(raw, 2, 1);
  return { raw, config };
}

/** Runs preprocess; what it warned of, which summary and report must hold as well. */
export async function warned(config: Config): Promise<string[]> {
  const context = listening();
  const { summary } = await preprocess({ config }, context);
  const said = context.said.flatMap((text) => (text.startsWith('warning: ') ? [text.slice(9)] : []));
  expect(summary.warnings?.map(({ text }) => text)).toEqual(said);
  const files = new UsedFiles(config.experiment.output_dir);
  const { oddities } = readStudyCohort(config.data, ['A', 'P'], files).division ?? expect.unreachable();
  expect(oddities?.warnings).toEqual(summary.warnings);
  expect(oddities?.brightness).toEqual(readBrightness(join(config.data.splits_dir, 'brightness.csv')));
  return said;
}

/** The folder of a patient of an external hospital, from the folder of the cohort. */
export const patient = (hospital: string, label: number, index: number): string =>
  `${hospital}/grade${label}/${hospital}0${label}${index}`;
