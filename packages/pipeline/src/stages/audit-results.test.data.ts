import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AuditRecord,
  type Config,
  readSplit,
  SPLITS,
  type Split,
  splitPath,
  studyKeyPath,
  writeSplit,
} from '@radweave/artifacts';
import { writeRun } from '@radweave/network/testing/runs';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { afterAll, beforeAll, expect } from 'vitest';
import type { AuditOptions } from '../work/audit.ts';
import { soundAudit } from './audit.test.data.ts';
import { audit } from './audit.ts';
import { extract } from './extract.ts';
import { fuse } from './fuse.ts';
import { preprocess } from './preprocess.ts';
import { untranslated } from './untranslated.test.data.ts';

export const MODALITIES = ['A', 'P'];

/** Networks, features and a fusion of a small cohort, for audits of results. */
export interface AuditedStudy {
  base: Config;
  runA: RunFolder;
}

/** Makes it before the tests of a file, and removes it after them. @returns what is empty until then. */
export function studyToAudit(): AuditedStudy {
  const folder = mkdtempSync(join(tmpdir(), 'radweave-test-'));
  const study = {} as AuditedStudy;
  beforeAll(async () => {
    const base = cohortConfig(folder);
    base.training.precision = 'fp32';
    writeCohortFolders(join(folder, 'raw'), 6, 1);
    await preprocess({ config: base }, listening());
    const runA = await writeRun(base, 'first_A', 'A', 1, 'mobilenetv3_small_100');
    await writeRun(base, 'first_P', 'P', 2, 'mobilenetv3_small_100');
    for (const modality of MODALITIES) {
      await extract({ config: base, modality, align: false, given: [] }, listening());
    }
    await fuse({ config: base, modalities: MODALITIES }, listening());
    Object.assign(study, { base, runA });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return study;
}

/** The audit of everything but pixels, written into a folder of its own. */
export async function audited(
  config: Config,
  more: Partial<AuditOptions> = {},
): Promise<{ record: AuditRecord; leaks: boolean; said: string[]; error: string }> {
  const outputDir = tempDir();
  const context = listening();
  const options = { config, modalities: MODALITIES, strict: false, nearDuplicateDistance: 4, pixels: false };
  const failed = await audit({ ...options, outputDir, ...more }, context).then(
    () => null,
    (error: unknown) => error,
  );
  if (failed !== null) expect(failed).toMatchObject({ code: 'E_LEAK', exitCode: 3 });
  const record = soundAudit(join(outputDir, 'audit.json'));
  expect(untranslated(record.checks.map(({ detail }) => detail))).toEqual([]);
  return { record, leaks: failed !== null, said: context.said, error: String(failed) };
}

/** What is said of each file that cannot be read. */
export const unreadable = ({ findings }: AuditRecord): string[] =>
  findings.flatMap(({ code, cases }) =>
    code === 'WARN_UNREADABLE' ? cases.map(({ detail }) => detail) : [],
  );

/** Codes of what is wrong beside the in-sample fusion, which every such cohort has. */
export const codes = ({ findings }: AuditRecord): string[] =>
  findings.map(({ code }) => code).filter((code) => code !== 'WARN_FUSION_IN_SAMPLE');

/** The first patient of a set. */
export function firstOf({ base }: AuditedStudy, split: Split): string {
  const [first] = readSplit(splitPath(base.data.splits_dir, split, 'A'));
  if (first === undefined) throw new Error(`nobody in ${split}`);
  return first.patient;
}

/** The same cohort with one patient moved into another split since; there is no `cohort.csv`. */
export function moved({ base }: AuditedStudy, patient: string, to: Split): Config {
  const config = structuredClone(base);
  config.data.splits_dir = tempDir();
  config.data.study_key = studyKeyPath(base.data);
  for (const modality of MODALITIES) {
    const rows = SPLITS.flatMap((split) =>
      readSplit(splitPath(base.data.splits_dir, split, modality)).map((row) => ({ ...row, split })),
    );
    for (const split of SPLITS) {
      const own = rows.filter((row) => (row.patient === patient ? to : row.split) === split);
      const slices = own.map(({ path, label }) => ({ image_path: path, label }));
      writeSplit(splitPath(config.data.splits_dir, split, modality), slices);
    }
  }
  return config;
}

/** The same results with an own copy of the features' records and the fusion. */
export function copied({ base }: AuditedStudy): Config {
  const config = structuredClone(base);
  const folder = tempDir();
  config.data.features_dir = join(folder, 'features');
  config.fusion.output_dir = join(folder, 'fusion');
  cpSync(base.data.features_dir, config.data.features_dir, { recursive: true });
  cpSync(join(base.experiment.output_dir, 'fusion'), config.fusion.output_dir, { recursive: true });
  return config;
}
