// The features that a fusion was fitted on are inputs of its results: where they have changed, whoever shows the results says so.

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Config,
  featurePath,
  featureSetPath,
  featureTablePath,
  fusionFiles,
  fusionFolder,
  logitsRecordPath,
  outputFolders,
  readEvaluation,
  readFeatureTable,
  SPLITS,
  writeNpy,
} from '@radweave/artifacts';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpFeatures, writeOwnSplits } from '@radweave/study/testing/features';
import { writeMadeUpLogits } from '@radweave/study/testing/logits';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { modalities, prepared, run } from '../testing/evaluations.ts';
import { asked, recordOf } from './audit.test.data.ts';
import { audit } from './audit.ts';
import { evaluate, usualEvaluation } from './evaluate.ts';
import { fuse } from './fuse.ts';
import { harmonize } from './harmonize.ts';
import { predict } from './predict.ts';
import { report } from './report.ts';
import { visualize } from './visualize.ts';

const cohort = madeUpCohort({ train: 20, val: 10, test: 12 });
const CHANGED = 'the features of A have changed since radweave fuse read them';

/** Everything that shows a fusion, after what is done to its features. */
const SHOW = {
  evaluate: (config: Config, context: ReturnType<typeof listening>) =>
    evaluate(usualEvaluation(config), context),
  visualize: (config: Config, context: ReturnType<typeof listening>) =>
    visualize({ config, modalities }, context),
  harmonize: (config: Config, context: ReturnType<typeof listening>) =>
    harmonize({ config, modalities, auditOnly: true, permutations: 1 }, context),
  report: (config: Config, context: ReturnType<typeof listening>) =>
    report({ config, language: 'en', pdf: false, output: null }, context),
};

/** Fused features, of our own networks or without any record as another program leaves them. */
async function fused(isForeign: boolean): Promise<Config> {
  const config = cohortConfig(tempDir());
  config.evaluation.bootstrap_replicates = 100;
  writeOwnSplits(config, modalities, cohort);
  for (const modality of modalities) {
    writeMadeUpFeatures(config, modality, cohort, 4);
    for (const split of isForeign ? SPLITS : [])
      rmSync(featureSetPath(config.data.features_dir, split, modality));
  }
  await fuse({ config, modalities }, listening());
  return config;
}

const CHANGES: Record<string, [isForeign: boolean, change: (config: Config) => void]> = {
  'extracted again from another checkpoint': [
    false,
    (config) => writeMadeUpFeatures(config, 'A', cohort, 4, { checkpoint_sha256: 'c'.repeat(64) }),
  ],
  'extracted again from other slices': [false, (config) => writeMadeUpFeatures(config, 'A', cohort, 5)],
  'of another program, and edited': [
    true,
    ({ data: { features_dir } }) => {
      const [row] = readFeatureTable(featureTablePath(features_dir, 'test', 'A'));
      if (row === undefined) throw new Error('no row');
      const { patient_id, label, num_slices } = row;
      const path = featurePath(features_dir, 'test', 'A', label, patient_id);
      writeNpy(path, { shape: [num_slices, 4], data: new Float32Array(4 * num_slices) });
    },
  ],
};

test.each(Object.entries(CHANGES))('features %s', async (_, [isForeign, change]) => {
  const config = await fused(isForeign);
  for (const show of Object.values(SHOW)) {
    const context = listening();
    await show(config, context);
    expect(context.said.join()).not.toContain('since radweave fuse read them');
  }
  change(config);
  for (const show of Object.values(SHOW)) {
    const context = listening();
    await show(config, context);
    expect(context.said).toContainEqual(
      expect.stringMatching(new RegExp(`^warning: (In the report: )?${CHANGED}.*radweave fuse\\.$`)),
    );
  }
  const { notes } = readEvaluation(
    join(outputFolders(config.experiment.output_dir).evaluation, 'evaluation.json'),
  );
  expect(notes.filter(({ code }) => code === 'fused-before')).toHaveLength(1);
  await audit(asked(config, { pixels: false }), listening());
  const found = recordOf(config).findings.find(({ code }) => code === 'WARN_FUSION_PATIENTS');
  expect(found?.cases.map(({ detail }) => detail)).toEqual(['features of A changed since the fusion']);
  expect(found?.hint).toBe('Fuse again: radweave fuse');
  await fuse({ config, modalities }, listening());
  await run(config);
  const context = listening();
  await visualize({ config, modalities }, context);
  expect(context.said.join()).not.toContain('since radweave fuse read them');
});

test('a comparison of hospitals by features that have changed since is not in the report', async () => {
  const config = await fused(false);
  const sections = async () => {
    const { missing } = await SHOW.report(config, listening());
    return missing.filter(({ section }) => section === 'site');
  };
  await SHOW.evaluate(config, listening());
  await SHOW.harmonize(config, listening());
  expect(await sections()).toEqual([]);
  writeMadeUpFeatures(config, 'A', cohort, 5);
  const reason = expect.stringMatching(/^the features of A have changed since .*harmonize\.json was made/);
  expect(await sections()).toEqual([{ section: 'site', command: 'radweave harmonize', reason }]);
  await SHOW.harmonize(config, listening());
  expect(await sections()).toEqual([]);
});

test('a prediction by the fusion of the study says that its features have changed since', async () => {
  const config = await fused(false);
  const input = join(tempDir(), 'new');
  cpSync(join(config.data.features_dir, 'test'), input, { recursive: true });
  const model = fusionFiles(fusionFolder(config)).model;
  const predicted = async (by: string) => {
    const context = listening();
    await predict({ config, model: by, input, output: join(input, 'new.csv') }, context);
    return context.said.filter((line) => line.includes('since radweave fuse read them'));
  };
  expect(await predicted(model)).toEqual([]);
  writeMadeUpFeatures(config, 'A', cohort, 4, { checkpoint_sha256: 'c'.repeat(64) });
  expect(await predicted(model)).toEqual([expect.stringMatching(/radweave fuse\.$/)]);
  // Of another study's model these features say nothing.
  const elsewhere = join(tempDir(), 'model.json');
  cpSync(model, elsewhere);
  expect(await predicted(elsewhere)).toEqual([]);
});

test('logits that changed since a stacked fusion are told, with the command that keeps the stack', async () => {
  const config = await fused(false);
  for (const modality of modalities) writeMadeUpLogits(config, modality, cohort, 2);
  await fuse({ config, modalities, stack: true }, listening());
  const path = logitsRecordPath(config.data.features_dir, 'A');
  writeFileSync(path, `${readFileSync(path, 'utf8')} `);
  const context = listening();
  await SHOW.evaluate(config, context);
  expect(context.said).toContainEqual(
    expect.stringMatching(
      /^warning: the features or out-of-fold logits of A have changed since .*radweave fuse --stack\.$/,
    ),
  );
});

test('of features of another program nobody says whether they are those of the network', async () => {
  const config = await prepared();
  for (const split of SPLITS) rmSync(featureSetPath(config.data.features_dir, split, 'A'));
  await fuse({ config, modalities }, listening());
  const { notes } = await run(config);
  const codes = notes.filter(({ code }) => /^(other|unknown)-checkpoint$/.test(code)).map(({ code }) => code);
  expect(codes).toEqual(['unknown-checkpoint', 'other-checkpoint']);
});
