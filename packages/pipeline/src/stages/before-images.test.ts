// What can be said without a look at the images is said before they are read: here none of them can be.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, SPLITS, type Split, splitPath } from '@radweave/artifacts';
import { writeRun } from '@radweave/network/testing/runs';
import type { StageEvent } from '@radweave/study/context/events';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening, makeSplitOwn, writeCohortFolders } from '@radweave/study/testing/cohort';
import { copyTree, filesBelow, tempDir } from '@radweave/testkit';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
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

type Stage = (config: Config, folder: string, modality?: string) => Promise<unknown>;

const TRAINING: Record<string, Stage> = {
  train: (config, folder, modality = 'A') =>
    train({ ...asked, config, modality, bestHparamsDir: join(folder, 'best') }, listening()),
  'train --resume': (config, folder, modality = 'A') =>
    train({ ...asked, config, modality, resume: true, bestHparamsDir: join(folder, 'best') }, listening()),
  cross_validate: (config, _, modality = 'A') =>
    crossValidate({ ...asked, config, modality, by: { folds: 2 } }, listening()),
};

const ALL: typeof TRAINING = {
  ...TRAINING,
  extract: (config, _, modality = 'A') => extract({ config, modality, align: false }, listening()),
  cross_fit: (config, _, modality = 'A') => crossFit({ config, modality, folds: 2 }, listening()),
  explain: (config, _, modality = 'A') =>
    explain({ config, modality, split: 'test', count: 1, slices: 2 }, listening()),
};

/** Expects the error, and that nothing was written. */
async function refused(
  stage: Stage,
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

/** How somebody may have changed a split file. */
const EDITS: Record<string, (text: string) => string> = {
  'a row is gone': (text) => text.replace(/.+\n$/, ''),
  'a class is gone': (text) => text.replaceAll(/.+,1\n/g, ''),
  'only the header is left': (text) => text.replace(/\n.*/s, '\n'),
  'it ends within a row': (text) => text.replace(/,[^,]*$/, ''),
  'it is no text': () => '\0\xff',
};

test.each(Object.entries(ALL))('%s: a split that is torn, or whose summary is gone', async (_, stage) => {
  const study = prepared();
  const { splits_dir } = study.config.data;
  for (const split of SPLITS) {
    const path = splitPath(splits_dir, split, 'A');
    const kept = readFileSync(path, 'utf8');
    for (const edit of Object.values(EDITS)) {
      writeFileSync(path, edit(kept));
      await refused(stage, study, { exitCode: 3, message: /changed since preprocess wrote it/ });
    }
    writeFileSync(path, kept);
  }
  rmSync(join(splits_dir, 'summary.json'));
  await refused(stage, study, { exitCode: 3, message: /summary\.json is missing/ });
});

test.each(Object.entries(ALL))(
  '%s: a modality in another letter case, or one that is not there',
  async (_, stage) => {
    const study = prepared();
    const named =
      (modality: string): Stage =>
      (config, folder) =>
        stage(config, folder, modality);
    const error = { code: 'E_NO_SPLIT', exitCode: 2 };
    await refused(named('a'), study, { ...error, message: /of a .*Did you mean 'A'\?/ });
    makeSplitOwn(study.config);
    await refused(named('a'), study, { ...error, message: /of a .*Did you mean 'A'\?/ });
    await refused(named('T1'), study, { ...error, message: /of T1 .*Give one of A, P; or run first/ });
  },
);

test.each(Object.entries(TRAINING))('%s: a model that nobody knows', async (_, stage) => {
  const study = prepared();
  study.config.model.name = 'resnet81';
  await refused(stage, study, { exitCode: 2, message: /resnet18/ });
});

test('train: pretrained weights that cannot be had, before precisions are measured', async () => {
  vi.stubEnv('HF_HUB_OFFLINE', '1').stubEnv('HF_HOME', tempDir()).stubEnv('TORCH_HOME', tempDir());
  onTestFinished(() => void vi.unstubAllEnvs());
  const { config, folder } = prepared();
  config.model.pretrained = true;
  config.training.precision = 'auto';
  const tasks: string[] = [];
  const context = {
    ...listening(),
    emit: (event: StageEvent) => void (event.kind === 'progress' && tasks.push(event.task)),
  };
  await expect(train({ ...asked, config, bestHparamsDir: join(folder, 'best') }, context)).rejects.toThrow(
    /no pretrained weights for mobilenetv3_small_100/,
  );
  expect(tasks).not.toContain('measuring precisions');
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
  await refused(divide, study, { exitCode: 3, message: /'XX' is not there.*Give one of JM, SY, ZS/ });
  study.config.data.home_hospital = 'jm';
  await refused(divide, study, { exitCode: 3, message: /Did you mean 'JM'\?/ });
});

test.each([
  [{ patients: ['SY1', 'NOPE'] }, 'E_PATIENT', /patient 'SY1' is not in the test set/],
  [{ explainedClass: 'Grade3' }, 'E_CLASS', /there is no label 'Grade3'.*Give one of grade0, grade1/],
])('explain: %j', async (wish, code, message) => {
  const study = prepared();
  const base = { modality: 'A', split: 'test', count: 1, slices: 2 } as const;
  const asked = (config: Config): Promise<unknown> => explain({ ...base, ...wish, config }, listening());
  await refused(asked, study, { code, exitCode: 2, message });
});

test('explain: a layer that the network lacks', async () => {
  const study = prepared();
  study.config.explanation.layer = 'nope';
  await refused(ALL.explain ?? expect.unreachable(), study, {
    code: 'E_LAYER',
    exitCode: 2,
    message: /has no layer 'nope'/,
  });
});

test('explain: HiResCAM where a layer norm follows', async () => {
  const study = prepared();
  await writeRun(study.config, 'second', 'A', 2, 'vit_tiny_patch16_224');
  study.config.explanation.method = 'hirescam';
  await refused(ALL.explain ?? expect.unreachable(), study, {
    code: 'E_MAP_METHOD',
    exitCode: 2,
    message:
      /HiResCAM has nothing to show at blocks\.10 of vit_tiny.*--method grad-cam, or another --layer \(.*blocks\.9\)/,
  });
  Object.assign(study.config.explanation, { method: 'grad-cam', layer: 'blocks.11' });
  await refused(ALL.explain ?? expect.unreachable(), study, {
    code: 'E_MAP_METHOD',
    exitCode: 2,
    message:
      /Grad-CAM has nothing to show at blocks\.11 of vit_tiny.*the logits do not depend on its positions.*Use another --layer/,
  });
});

test('explain: a set without patients', async () => {
  const study = prepared();
  makeSplitOwn(study.config);
  const path = splitPath(study.config.data.splits_dir, 'test', 'A');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/\n.*/s, '\n'));
  await refused(ALL.explain ?? expect.unreachable(), study, {
    code: 'E_NO_PATIENTS',
    exitCode: 3,
    message: /no patients in the test set/,
  });
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
    message: /label 2 is in the test set only/,
  });
});

test('extract: a test image that is gone, before any other is decoded', async () => {
  const study = prepared();
  makeSplitOwn(study.config);
  const path = splitPath(study.config.data.splits_dir, 'test', 'A');
  writeFileSync(path, readFileSync(path, 'utf8').replace('.png', '_gone.png'));
  const message = /test slices of A cannot be used: 1 image fault: \S+_gone\.png: .*it does not exist/;
  await refused(ALL.extract ?? expect.unreachable(), study, { code: 'E_IMAGES', exitCode: 3, message });
});

test('a damaged --checkpoint is told with its path and a remedy', async () => {
  const { folder, config } = prepared();
  const whole = readFileSync(new RunFolder(config.experiment.output_dir, 'first').best);
  const at = whole.length >> 1;
  const flipped = Buffer.from(whole);
  flipped.writeUInt8(whole.readUInt8(at) ^ 1, at);
  const damaged = {
    empty: '',
    cut: whole.subarray(0, at),
    flipped,
    page: '<!DOCTYPE html><html>log in</html>',
  };
  for (const [name, content] of Object.entries(damaged)) writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, 'folder'));
  const remedy = /^[^\n]+\. (Copy|Download)\b[^\n]+$/;
  for (const name of [...Object.keys(damaged), 'folder']) {
    const checkpoint = join(folder, name);
    const explained = { config, modality: 'A', split: 'test', count: 1, slices: 2, checkpoint } as const;
    for (const [stage, run] of Object.entries({
      extract: () => extract({ config, modality: 'A', align: false, checkpoint }, listening()),
      explain: () => explain(explained, listening()),
    })) {
      const refused =
        name === 'folder'
          ? {
              code: 'E_FILE_MISSING',
              exitCode: 2,
              message: expect.stringMatching(/not a folder.*Correct --checkpoint/),
            }
          : { code: 'E_CHECKPOINT', exitCode: 3, message: expect.stringMatching(remedy) };
      await expect(run(), `${stage}, ${name}`).rejects.toMatchObject({ ...refused, where: checkpoint });
    }
  }
});
