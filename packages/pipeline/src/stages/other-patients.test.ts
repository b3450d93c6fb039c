import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  auditFiles,
  auditFolder,
  type Config,
  hashFile,
  readAuditRecord,
  readCohort,
  splitFiles,
} from '@radweave/artifacts';
import { readdirSync } from '@radweave/artifacts/files';
import { writeMadeUpNetwork } from '@radweave/network/testing/networks';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import { RunFolder } from '@radweave/study/runs/run-folder';
import {
  cohortConfig,
  listening,
  slicePixels,
  writeCohortOf,
  writeSlice,
} from '@radweave/study/testing/cohort';
import { type MadeUpPatient, writeMadeUpFeatures } from '@radweave/study/testing/features';
import { tempDir } from '@radweave/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeMadeUpExplanations } from '../testing/explanations.ts';
import { writeMadeUpRun } from '../testing/made-up-run.ts';
import { align } from './align.ts';
import { audit } from './audit.ts';
import { evaluate, usualEvaluation } from './evaluate.ts';
import { fuse } from './fuse.ts';
import { harmonize } from './harmonize.ts';
import { preprocess } from './preprocess.ts';
import { report } from './report.ts';
import { visualize } from './visualize.ts';

const modalities = ['A', 'P'];

/** The patient whom the results lack, or still have, or the slices, and what is done to the images. */
const CHANGES: Record<string, [patient: string, change: (root: string) => void]> = {
  'one more external hospital': ['XN00', (root) => writeCohortOf(root, { XN: [1] }, ['grade0'], modalities)],
  'one more external patient': ['SY00', (root) => writeCohortOf(root, { SY: [1] }, ['grade0'], modalities)],
  'one external patient fewer': [
    'SY000',
    (root) => rmSync(join(root, 'SY', 'grade0', 'SY000'), { recursive: true }),
  ],
  'an external patient of another label': [
    'SY000',
    (root) => {
      const [from, to] = ['grade0', 'grade1'].map((grade) => join(root, 'SY', grade, 'SY000'));
      cpSync(from ?? '', to ?? '', { recursive: true });
      rmSync(from ?? '', { recursive: true });
    },
  ],
  'one more home patient': ['JM00', (root) => writeCohortOf(root, { JM: [1] }, ['grade0'], modalities)],
  'another image of an external patient': [
    'test slices of A have changed since',
    (root) => void writeSlice(root, slice(1), slicePixels('another', 0)),
  ],
  'one more slice of an external patient': [
    'test slices of A have changed since',
    (root) => void writeSlice(root, slice(2), slicePixels('another', 0)),
  ],
};

const slice = (n: number): string => `SY/grade0/SY000/A/SY000_a_slice_00${n}.png`;

type Stage = (config: Config) => Promise<unknown>;

const STAGES = {
  align: (config) => align({ config, modalities }, listening()),
  fuse: (config) => fuse({ config, modalities }, listening()),
  'fuse --use_aligned': (config) => {
    const { fusion } = config;
    return fuse({ config: { ...config, fusion: { ...fusion, use_aligned: true } }, modalities }, listening());
  },
  harmonize: (config) => harmonize({ config, modalities, auditOnly: true, permutations: 1 }, listening()),
  evaluate: (config) => evaluate(usualEvaluation(config), listening()),
  'evaluate --networks_only': (config) =>
    evaluate({ ...usualEvaluation(config), networksOnly: true, outputDir: tempDir() }, listening()),
  visualize: (config) => visualize({ config, modalities }, listening()),
  report: (config) => report({ config, language: 'en', pdf: false, output: null }, listening()),
} satisfies Record<string, Stage>;

/** A run with its figures, made once. */
const made = mkdtempSync(join(tmpdir(), 'radweave-'));
beforeAll(async () => void (await STAGES.visualize(await writeMadeUpRun(made))));
afterAll(() => rmSync(made, { recursive: true }));

/** A copy of it, with the times of its files. */
function copied(): Config {
  const folder = tempDir();
  cpSync(made, folder, { recursive: true, preserveTimestamps: true });
  const config = cohortConfig(folder);
  config.evaluation.bootstrap_replicates = 100;
  return config;
}

/** Which stages refuse, and with what. */
async function refusals(config: Config): Promise<Record<string, { code: string; hint: string }>> {
  const found: Record<string, { code: string; hint: string }> = {};
  for (const [name, run] of Object.entries(STAGES)) {
    try {
      await run(config);
    } catch (error) {
      const { code, hint, exitCode } = error as { code: string; hint: string; exitCode: number };
      // Nothing to draw is a matter of usage.
      expect(exitCode, `${name}: ${error}`).toBe(code === 'E_NOTHING_TO_DRAW' ? 2 : 3);
      found[name] = { code, hint };
    }
  }
  return found;
}

async function warnings(config: Config): Promise<string[]> {
  const options = { config, modalities, strict: false, nearDuplicateDistance: 0, pixels: false };
  await audit(options, listening()).catch(({ code }) => expect(code).toBe('E_LEAK'));
  const { findings } = readAuditRecord(auditFiles(auditFolder(config)).record);
  return findings.map(({ code }) => code).filter((code) => code.endsWith('_PATIENTS'));
}

function present(config: Config): MadeUpPatient[] {
  return readCohort(splitFiles(config.data.splits_dir).cohort).patients.map(({ slices: _, ...one }) => one);
}

function extractAgain(config: Config): void {
  for (const modality of modalities) {
    const { best } = new RunFolder(config.experiment.output_dir, `made_up_${modality}`);
    writeMadeUpFeatures(config, modality, present(config), 4, {
      checkpoint: best,
      checkpoint_sha256: hashFile(best),
    });
  }
}

const FEATURES = { code: 'E_FEATURES_SPLIT', hint: expect.stringContaining('radweave extract --modality A') };
const FUSION = { code: 'E_EVALUATE_SPLIT', hint: expect.stringContaining('radweave fuse --modalities A P') };
const NETWORKS = { code: 'E_EVALUATE_SPLIT', hint: expect.stringContaining('radweave train --modality A') };
const stale = (first: string) => ({
  code: 'E_REPORT_STALE',
  hint: expect.stringMatching(new RegExp(`${first}.*radweave evaluate$`)),
});

const figures = ({ experiment }: Config): string[] =>
  readdirSync(join(experiment.output_dir, 'visualizations'));

test.each(Object.entries(CHANGES))(
  '%s: every stage refuses what is of others',
  async (_, [patient, change]) => {
    const config = copied();
    expect(figures(config)).toContain('roc_test.svg');
    change(config.data.root_dir ?? '');
    await preprocess({ config }, listening());
    expect(await refusals(config)).toEqual({
      ...{ align: FEATURES, fuse: FEATURES, 'fuse --use_aligned': FEATURES, harmonize: FEATURES },
      ...{ evaluate: FUSION, 'evaluate --networks_only': NETWORKS },
      visualize: { code: 'E_NOTHING_TO_DRAW', hint: expect.any(String) },
      report: stale('radweave fuse --modalities A P'),
    });
    await expect(STAGES.evaluate(config)).rejects.toThrow(patient);
    await expect(STAGES.fuse(config)).rejects.toThrow(patient);
    expect(figures(config)).toEqual([]);
    expect(await warnings(config)).toEqual(['WARN_FEATURES_PATIENTS', 'WARN_FUSION_PATIENTS']);
  },
  120_000,
);

const ADDED = ['one more external hospital', 'another image of an external patient'];

/** Of each part that a report is without, whether it is said to be of others. */
async function leftOut(config: Config): Promise<Record<string, boolean>> {
  const { missing } = await report({ config, language: 'en', pdf: false, output: null }, listening());
  return Object.fromEntries(missing.map(({ section, reason }) => [section, /of another split/.test(reason)]));
}

test.each(ADDED)(
  '%s: each part is refused until it is made again, and the next command is named',
  async (name) => {
    const config = copied();
    const { best } = new RunFolder(config.experiment.output_dir, 'made_up_A');
    writeMadeUpExplanations(
      config,
      { patient: 'SY010', hospital: 'SY', label: 1 },
      {
        checkpoint_sha256: hashFile(best),
        slices_identity: presentSlices(config.data, modalities).A?.test,
      },
    );
    expect([await refusals(config), await warnings(config)]).toEqual([{}, []]);
    expect(await leftOut(config)).toEqual({});
    CHANGES[name]?.[1](config.data.root_dir ?? '');
    await preprocess({ config }, listening());

    extractAgain(config);
    expect(await warnings(config)).toEqual(['WARN_FUSION_PATIENTS']);
    const context = listening();
    await visualize({ config, modalities }, context);
    expect(context.said.join('\n')).toMatch(/Not drawn: roc_val.*radweave fuse --modalities A P/);
    expect(figures(config)).toContain('pca_A.svg');
    expect(figures(config)).not.toContain('roc_test.svg');
    await expect(STAGES.evaluate(config)).rejects.toMatchObject(FUSION);
    await expect(STAGES.report(config)).rejects.toMatchObject(stale('radweave fuse --modalities A P'));

    await STAGES.fuse(config);
    await expect(STAGES.evaluate(config)).rejects.toMatchObject(NETWORKS);
    await expect(STAGES.report(config)).rejects.toMatchObject(stale('radweave train --modality A'));
    for (const modality of modalities) writeMadeUpNetwork(config, modality, present(config));
    await expect(STAGES.report(config)).rejects.toMatchObject({ hint: 'Run: radweave evaluate' });
    await STAGES.evaluate(config);
    expect(await leftOut(config)).toEqual({ site: true, explanations: true });
    expect([await refusals(config), await warnings(config)]).toEqual([{}, []]);
  },
  120_000,
);
