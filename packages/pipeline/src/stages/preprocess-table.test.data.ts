// A small cohort beside a table, for the tests of tables.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, readCohort } from '@radweave/artifacts';
import { cohortConfig, writeCohortOf } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';

export const HOSPITALS = { JM: [3, 3], SY: [1, 2] };
export const EVERYBODY = Object.entries(HOSPITALS).flatMap(([hospital, counts]) =>
  counts.flatMap((n, label) =>
    Array.from({ length: n }, (_, p) => ({ id: `${hospital}${label}${p}`, hospital, label })),
  ),
);

/** A cohort with a table of these lines, below a header. */
export function study(classes: readonly string[], lines: readonly string[]): { config: Config; raw: string } {
  const folder = tempDir();
  const config = cohortConfig(folder);
  const raw = config.data.root_dir ?? '';
  writeCohortOf(raw, HOSPITALS, classes, ['A', 'P']);
  config.data.table = join(folder, 'table.csv');
  writeFileSync(config.data.table, `${lines.join('\n')}\n`);
  return { config, raw };
}

export const cohortOf = ({ data }: Config): Record<string, unknown>[] =>
  readCohort(join(data.splits_dir, 'cohort.csv')).patients.map((one) => ({ ...one }));
