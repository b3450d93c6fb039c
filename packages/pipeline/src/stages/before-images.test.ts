// What can be said without a look at the images is said before they are read: here none of them can be.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, type Split, splitPath } from '@radweave/artifacts';
import { writeRun } from '@radweave/network/testing/runs';
import { cohortConfig, listening, makeSplitOwn, writeCohortFolders } from '@radweave/study/testing/cohort';
import { copyTree, filesBelow, tempDir } from '@radweave/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crossFit } from './cross-fit.ts';
import { crossValidate } from './cross-validate.ts';
import { explain } from './explain.ts';
import { extract } from './extract.ts';
import { preprocess } from './preprocess.ts';
import { train } from './train.ts';

let whole: string;

beforeAll(async () => {
  whole = mkdtempSync(join(tmpdir(), 'radweave-before-'));
  const config = cohortConfig(whole);
  writeCohortFolders(join(whole, 'raw'), 4, 1);
  await preprocess({ config }, listening());
  await writeRun(config, 'first', 'A', 1, 'mobilenetv3_small_100');
  for (const path of filesBelow(join(whole, 'raw'))) writeFileSync(path, 'no image');
});

afterAll(() => rmSync(whole, { recursive: true, force: true }));

/** A split and a network of modality A, and nothing but broken images. */
function prepared(): { folder: string; config: Config } {
  const folder = join(tempDir(), 'copy');
  mkdirSync(folder);
  copyTree(whole, folder);
  const config = cohortConfig(folder);
  Object.assign(config.model, { name: 'mobilenetv3_small_100', pretrained: false });
  return { folder, config };
}

const asked = { modality: 'A', given: [], resume: false, run: '' };

const TRAINING: Record<string, (config: Config, folder: string) => Promise<unknown>> = {
  train: (config, folder) => train({ ...asked, config, bestHparamsDir: join(folder, 'best') }, listening()),
  cross_validate: (config) => crossValidate({ ...asked, config, by: { folds: 2 } }, listening()),
};

const ALL: typeof TRAINING = {
  ...TRAINING,
  extract: (config) => extract({ config, modality: 'A', align: false }, listening()),
  cross_fit: (config) => crossFit({ config, modality: 'A', folds: 2 }, listening()),
  explain: (config) => explain({ config, modality: 'A', split: 'test', count: 1, slices: 2 }, listening()),
};

/** Expects the error, and that nothing was written. */
async function refused(
  stage: (config: Config, folder: string) => Promise<unknown>,
  { folder, config }: ReturnType<typeof prepared>,
  error: { code?: string; exitCode: number; message: RegExp },
): Promise<void> {
  const before = filesBelow(folder);
  await expect(stage(config, folder)).rejects.toMatchObject({
    ...error,
    message: expect.stringMatching(error.message),
  });
  expect(filesBelow(folder)).toEqual(before);
}

test.each(Object.entries(ALL))('%s: a device that is not here', async (_, stage) => {
  const study = prepared();
  study.config.training.device = 'cuda:7';
  await refused(stage, study, { exitCode: 5, message: /cuda:7/ });
});

test.each(Object.entries(ALL))('%s: a split that is torn, or whose summary is gone', async (_, stage) => {
  const study = prepared();
  const { splits_dir } = study.config.data;
  const path = splitPath(splits_dir, 'train', 'A');
  const kept = readFileSync(path, 'utf8');
  writeFileSync(path, kept.replace(/.+\n$/, ''));
  await refused(stage, study, { exitCode: 3, message: /changed since preprocess wrote it/ });
  writeFileSync(path, kept);
  rmSync(join(splits_dir, 'summary.json'));
  await refused(stage, study, { exitCode: 3, message: /summary\.json is missing/ });
});

test.each(Object.entries(TRAINING))('%s: a model that nobody knows', async (_, stage) => {
  const study = prepared();
  study.config.model.name = 'resnet81';
  await refused(stage, study, { exitCode: 2, message: /resnet18/ });
});

test('train: a folder for the best settings that cannot be written', async () => {
  const study = prepared();
  writeFileSync(join(study.folder, 'best'), 'in the way');
  await refused(ALL.train ?? expect.unreachable(), study, { exitCode: 5, message: /--best_hparams_dir/ });
});

test('preprocess: a home hospital that is not there', async () => {
  const study = prepared();
  study.config.data.home_hospital = 'XX';
  const divide = (config: Config): Promise<unknown> => preprocess({ config }, listening());
  await refused(divide, study, { exitCode: 3, message: /'XX' is not there.*JM, SY, ZS/ });
});

/** What the split files of one's own hold of A, and what is said of it. */
const UNLEARNABLE: [what: string, split: Split, rows: (line: string) => boolean, said: RegExp][] = [
  ['one class in training', 'train', (line) => line.endsWith(',0'), /training has no patient of label 1/],
  ['one class in validation', 'val', (line) => line.endsWith(',0'), /validation has no patient of label 1/],
  ['a header alone in training', 'train', () => false, /training has no patient of label 0 or 1/],
  ['a header alone in validation', 'val', () => false, /validation has no patient of label 0 or 1/],
];

test.each(UNLEARNABLE)('train: %s', async (_, split, isKept, said) => {
  const study = prepared();
  makeSplitOwn(study.config);
  const path = splitPath(study.config.data.splits_dir, split, 'A');
  const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(path, `${[header, ...lines.filter(isKept)].join('\n')}\n`);
  await refused(ALL.train ?? expect.unreachable(), study, {
    code: 'E_CLASS_MISSING',
    exitCode: 3,
    message: said,
  });
});

test('train: a label that an external hospital alone has', async () => {
  const study = prepared();
  makeSplitOwn(study.config);
  const path = splitPath(study.config.data.splits_dir, 'test', 'A');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('grade1', 'grade2').replaceAll(',1\n', ',2\n'));
  await refused(ALL.train ?? expect.unreachable(), study, {
    exitCode: 3,
    message: /label 2 is in the external test set only/,
  });
});
