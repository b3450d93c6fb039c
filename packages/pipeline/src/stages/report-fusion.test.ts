// What the report says of the fusion, of its features, and where there is none.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type Config,
  evaluationFiles,
  evaluationFolder,
  featureTablePath,
  fusionFiles,
  fusionFolder,
  readEvaluation,
  readFeatureTable,
  resolveFeaturePath,
} from '@radweave/artifacts';
import { findRuns } from '@radweave/study/runs/run-folder';
import { listening } from '@radweave/study/testing/cohort';
import { expect, test } from 'vitest';
import { readFusion } from '../report/results.ts';
import { UsedFiles } from '../report/used-files.ts';
import { evaluate } from './evaluate.ts';
import { fuse } from './fuse.ts';
import { modalities, run, studied } from './report.test.data.ts';
import { report } from './report.ts';
import { visualize } from './visualize.ts';

test('the fusion of the report is the one that was evaluated, and figures of another are told', async () => {
  const config = await studied();
  const other = structuredClone(config);
  other.fusion.output_dir = join(dirname(config.experiment.output_dir), 'f2');
  other.fusion.C = 0.125;
  await fuse({ config: other, modalities }, listening());
  const options = { modalities, runs: {}, frozen: null, networksOnly: false, outputDir: null };
  await evaluate({ ...options, config: other }, listening());
  expect(readFileSync((await run(config)).html, 'utf8')).toContain('C: 0.125');
  const told = async (own: Config): Promise<string> => {
    const context = listening();
    await visualize({ config: own, modalities }, context);
    await report({ config: own, language: 'en', pdf: false, output: null }, context);
    return context.said.join('\n');
  };
  expect(await told(config)).toMatch(
    /are of the fusion in .*fusion, but .* of the one in .*f2\. .*--fusion_dir/,
  );
  expect(await told(config)).toMatch(/report is of .* in .*f2, and not of that in .*evaluate --fusion_dir /);
  expect(await told(other)).not.toMatch(/of the fusion/);
});

test('a fusion that was not evaluated is told, with the command', async () => {
  const config = await studied();
  const options = { config, modalities, runs: {}, frozen: null, networksOnly: true, outputDir: null };
  await evaluate(options, listening());
  const { missing } = await run(config);
  expect(missing.find(({ section }) => section === 'fusion')).toEqual({
    section: 'fusion',
    command: 'radweave evaluate',
    reason: 'there is a fusion, but the evaluation does not include it',
  });
});

test('without a fusion the console says so once, and of a network without a run that it is not evaluated', async () => {
  const config = await studied();
  rmSync(fusionFolder(config), { recursive: true });
  for (const run of findRuns(config.experiment.output_dir, 'best', { modality: 'P' })) {
    rmSync(run.checkpoints, { recursive: true });
  }
  const options = { config, modalities, runs: {}, frozen: null, networksOnly: false, outputDir: null };
  await evaluate(options, listening());
  const context = listening();
  const { missing } = await run(config, {}, context);
  expect(missing.map(({ section }) => section)).toContain('fusion');
  const said = context.said.join('\n');
  expect(said).not.toContain('there is no fusion');
  expect(said).toContain(
    'warning: Not evaluated: no finished training run of modality P. Make it with: radweave train --modality P; then evaluate again.',
  );
});

test('a fusion that was killed is told as unfinished, with the commands that finish and evaluate it', async () => {
  const config = await studied();
  const options = { config, modalities, runs: {}, frozen: null, networksOnly: true, outputDir: null };
  await evaluate(options, listening());
  const { model } = fusionFiles(fusionFolder(config));
  rmSync(model);
  const { missing } = await run(config);
  expect(missing.find(({ section }) => section === 'fusion')).toEqual({
    section: 'fusion',
    command: 'radweave fuse --modalities A P; radweave evaluate',
    reason: `the fusion in ${dirname(model)} is unfinished`,
  });
});

test('features that are not those extracted are told on the console and among the cautions, of every modality', async () => {
  const config = await studied();
  for (const modality of modalities) {
    const table = featureTablePath(config.data.features_dir, 'val', modality);
    const [row] = readFeatureTable(table);
    const array = resolveFeaturePath(table, row?.feature_path ?? '');
    const bytes = readFileSync(array);
    writeFileSync(array, bytes.fill(0, bytes.length - 16));
  }
  const context = listening();
  const { html } = await run(config, { language: 'zh' }, context);
  const said = context.said.filter((line) => line.includes('In the report'));
  expect(said).toHaveLength(2);
  for (const [at, modality] of modalities.entries()) {
    const command = `radweave extract --modality ${modality}`;
    expect(said[at]).toContain(`warning: In the report: the features of ${modality} are not those`);
    expect(said[at]).toContain(command);
    expect(readFileSync(html, 'utf8')).toContain(
      `<li>${modality} 的特征与提取时不同，无法据此重现结果；重新提取的命令：${command}</li>`,
    );
  }
});

test('an evaluation of networks beside the fusion of other modalities is not reported', async () => {
  const config = await studied();
  await fuse({ config, modalities: ['A'] }, listening());
  const evaluation = readEvaluation(evaluationFiles(evaluationFolder(config)).record);
  const files = new UsedFiles(config.experiment.output_dir);
  expect(() => readFusion(config, evaluation, modalities, files)).toThrow(
    /the fusion is of A, but the modalities are A, P .*radweave fuse --modalities A P;/,
  );
});
