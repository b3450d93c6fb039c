// Files of others with the names of ours are kept: in the folders of searches and cross-validations, among decisions and maps.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type Config,
  crossValidationFiles,
  embeddingsPath,
  evaluationFiles,
  evaluationFolder,
  trialResultPath,
  tuneFiles,
} from '@radweave/artifacts';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { prepared, run } from '../testing/evaluations.ts';
import { openCrossValidation } from '../work/cross-validate.ts';
import { ofSearch } from '../work/search.ts';
import { preprocess } from './preprocess.ts';
import { tune, tuneTrial } from './tune.ts';
import { visualize } from './visualize.ts';

const OTHERS: Readonly<Record<string, string>> = {
  csv: 'score,who\n0.9,me\n',
  json: '{"accuracy": 0.9}',
  yaml: 'sweep: mine\n',
};

function putOther(path: string): string {
  const text = OTHERS[path.split('.').at(-1) ?? ''] ?? '';
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return text;
}

/** Somebody's file with each of these names is kept, and an empty one is no obstacle. */
async function keepsOthers(paths: readonly string[], doing: () => unknown): Promise<void> {
  expect(paths).not.toEqual([]);
  for (const path of paths) {
    const own = existsSync(path) ? readFileSync(path) : '';
    const text = putOther(path);
    await expect((async () => doing())(), path).rejects.toMatchObject({ code: 'E_OTHER_FILE', where: path });
    expect(readFileSync(path, 'utf8')).toBe(text);
    writeFileSync(path, own);
  }
  await doing();
}

async function divided(): Promise<Config> {
  const folder = tempDir();
  const config = cohortConfig(folder);
  writeCohortFolders(join(folder, 'raw'), 8, 2);
  await preprocess({ config }, listening());
  Object.assign(config.model, { name: 'mobilenetv3_small_100', pretrained: false });
  Object.assign(config.tune, { folds: 2, min_epochs: 1, reduction: 2, trials: 2 });
  config.tune.space = { 'training.learning_rate': [0.001, 0.01] };
  return config;
}

test('of a search', async () => {
  const config = await divided();
  const search = ofSearch(config, 'A');
  const { output_dir } = search.experiment;
  const { record, table, best } = tuneFiles(output_dir);
  await keepsOthers([record, table, best], () => tune({ config, modality: 'A' }, listening()));
  const { trials } = await tune({ config, modality: 'A' }, listening());
  const path = trialResultPath(output_dir, trials[0]?.name ?? '', 1);
  const text = putOther(path);
  const options = { config: search, modality: 'A', trial: 1, epochs: 1 };
  await expect(tuneTrial(options, listening())).rejects.toMatchObject({ code: 'E_OTHER_FILE', where: path });
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('of a cross-validation', async () => {
  const config = await divided();
  const options = { config, modality: 'A', by: { folds: 2 }, run: 'cv', resume: false } as const;
  const { logs } = new RunFolder(config.experiment.output_dir, 'cv');
  const { config: settings, table, outOfFold } = crossValidationFiles(logs);
  await keepsOthers([settings, table, outOfFold], () => openCrossValidation(options, listening()));
});

test('of an evaluation: decisions; what has another name stays beside them, and earlier decisions go', async () => {
  const config = await prepared();
  await run(config);
  const { frozen } = evaluationFiles(evaluationFolder(config));
  const names = readdirSync(frozen);
  expect(names).toContain('fused.threshold.json');
  await keepsOthers(
    names.map((name) => join(frozen, name)),
    () => run(config),
  );
  writeFileSync(join(frozen, 'notes.txt'), 'mine');
  writeFileSync(join(frozen, 'V.threshold.json'), readFileSync(join(frozen, 'fused.threshold.json')));
  await run(config);
  expect(readdirSync(frozen).sort()).toEqual([...names, 'notes.txt'].sort());
});

test('of maps', async () => {
  const config = await prepared();
  const paths = ['A', 'P', 'fused'].map((name) => embeddingsPath(config.experiment.output_dir, name));
  await visualize({ config, modalities: ['A', 'P'] }, listening());
  await keepsOthers(paths, () => visualize({ config, modalities: ['A', 'P'] }, listening()));
});
