// Of a test of patients whose hospital trains nothing says that it is external.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputFolders } from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import { cohortConfig, listening, writeCohortOf } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpCohort, writeMadeUpFeatures } from '@radweave/study/testing/features';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { evaluate, usualEvaluation } from './evaluate.ts';
import { fuse } from './fuse.ts';
import { harmonize } from './harmonize.ts';
import { preprocess } from './preprocess.ts';
import { train } from './train.ts';
import { visualize } from './visualize.ts';

/** Keeps what is said, and what a progress bar is called. */
function hearing(): StageContext & { said: string[] } {
  const context = listening();
  const emit: StageContext['emit'] = (event) => {
    context.emit(event);
    if (event.kind === 'progress') context.said.push(event.task);
  };
  return { ...context, emit };
}

const wrongIn = (said: readonly string[]): string[] =>
  said.filter((text) => /external|outside the home/i.test(text));

test('in the progress and the words of training', async () => {
  const folder = tempDir();
  const config = cohortConfig(folder);
  const labels = ['grade0', 'grade1'];
  writeCohortOf(config.data.root_dir ?? '', { JM: [4, 4] }, labels, ['A']);
  config.data.modalities = ['A'];
  config.data.table = join(folder, 'table.csv');
  const rows = [0, 1].flatMap((label) =>
    ['train', 'val', 'test', 'test'].map((split, i) => `JM${label}${i},JM,${label},${split}`),
  );
  writeFileSync(config.data.table, ['patient,hospital,label,split', ...rows, ''].join('\n'));
  Object.assign(config.model, { name: 'mobilenetv3_small_100', pretrained: false });
  Object.assign(config.training, { batch_size: 4, epochs: 1, precision: 'fp32' });
  const context = hearing();
  await preprocess({ config }, context);
  const bestHparamsDir = join(folder, 'best_hparams');
  await train({ config, given: [], modality: 'A', resume: false, run: '', bestHparamsDir }, context);
  expect(context.said).toContain('evaluating the test set');
  expect(wrongIn(context.said)).toEqual([]);
});

test('in the words of what follows, and in its figures', async () => {
  const config = cohortConfig(tempDir());
  const modalities = ['A', 'P'];
  const cohort = madeUpCohort({ train: 40, val: 18, test: 40 }).map((one) => ({ ...one, hospital: 'JM' }));
  writeMadeUpCohort(config, cohort);
  for (const modality of modalities) writeMadeUpFeatures(config, modality, cohort, 4);
  config.evaluation.bootstrap_replicates = 100;
  const context = hearing();
  await fuse({ config, modalities }, context);
  const { findings } = await evaluate(usualEvaluation(config), context);
  const harmonised = harmonize({ config, modalities, auditOnly: false, permutations: 1 }, context);
  await expect(harmonised).rejects.toMatchObject({ code: 'E_HOSPITALS' });
  const { skipped } = await visualize({ config, modalities }, context);
  const folder = outputFolders(config.experiment.output_dir).visualizations;
  const drawn = readdirSync(folder).filter((name) => name.endsWith('.svg'));
  const texts = drawn.map((name) => readFileSync(join(folder, name), 'utf8').replace(/<[^>]*>/g, ' '));
  expect(drawn).toContain('roc_test.svg');
  expect(skipped.map(({ name }) => name)).toContain('roc_test_hospitals');
  const said = [...context.said, ...findings.map(({ text }) => text), ...texts];
  expect(said.join()).toContain('the test is internal');
  expect(wrongIn(said)).toEqual([]);
});
