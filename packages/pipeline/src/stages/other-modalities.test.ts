// A configuration that names modalities of another study: the split has only A.

import { join } from 'node:path';
import { type Config, type Evaluation, readCohort } from '@radweave/artifacts';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { writeMadeUpFeatures } from '@radweave/study/testing/features';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readFusion } from '../report/results.ts';
import { UsedFiles } from '../report/used-files.ts';
import { align } from './align.ts';
import { audit } from './audit.ts';
import { evaluate } from './evaluate.ts';
import { fuse } from './fuse.ts';
import { harmonize } from './harmonize.ts';
import { preprocess } from './preprocess.ts';
import { visualize } from './visualize.ts';

/** Asked for A and P. */
async function divided(): Promise<Config> {
  const config = cohortConfig(tempDir());
  writeCohortFolders(config.data.root_dir ?? '');
  config.data.modalities = ['A'];
  await preprocess({ config }, listening());
  return { ...config, data: { ...config.data, modalities: ['A', 'P'] } };
}

test('commands of several modalities say that the split has not all of them: none would bring the others', async () => {
  const config = await divided();
  const options = { config, modalities: ['A', 'P'], runs: {} };
  const calls: Record<string, () => Promise<unknown>> = {
    evaluate: () => evaluate({ ...options, frozen: null, networksOnly: false, outputDir: null }, listening()),
    fuse: () => fuse(options, listening()),
    harmonize: () => harmonize({ ...options, auditOnly: false, permutations: 1 }, listening()),
    visualize: () => visualize(options, listening()),
    audit: () => audit({ ...options, strict: false, nearDuplicateDistance: 4, pixels: false }, listening()),
  };
  for (const [name, call] of Object.entries(calls)) {
    await expect(call(), name).rejects.toMatchObject({
      code: 'E_NO_SPLIT',
      exitCode: 2,
      message: expect.stringMatching(
        /^the split has no P .*It is of A: choose --modalities A, .* for P run first: radweave preprocess .*--modalities A P;/,
      ),
    });
  }
});

test('what has features is aligned, without the modalities that the split lacks', async () => {
  const config = await divided();
  const asked = { config, modalities: ['A', 'P'] };
  await expect(align(asked, listening())).rejects.toThrow(/the split has no P/);
  const { patients } = readCohort(join(config.data.splits_dir, 'cohort.csv'));
  for (const modality of ['A', 'P']) writeMadeUpFeatures(config, modality, patients, 4);
  const context = listening();
  expect(await align(asked, context)).toMatchObject({ modalities: ['A'] });
  expect(context.said).toContain('info: The split has no P; aligned: A.');
});

test('the report does not advise to fuse what the split lacks', async () => {
  const config = await divided();
  const files = new UsedFiles(config.experiment.output_dir);
  expect(readFusion(config, { inputs: [] } as unknown as Evaluation, ['A'], files)).toMatchObject({
    missing: { command: 'radweave fuse --modalities A; radweave evaluate' },
  });
});
