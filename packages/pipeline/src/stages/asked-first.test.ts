// What is asked of the split, of names and of checkpoints before anything else is read: here of a study with made-up networks.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, fusionFiles, fusionFolder } from '@radweave/artifacts';
import { listening } from '@radweave/study/testing/cohort';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pairs } from '../declare/flags.ts';
import { writeMadeUpRun } from '../testing/made-up-run.ts';
import { align } from './align.ts';
import { evaluate, usualEvaluation } from './evaluate.ts';
import { fuse } from './fuse.ts';
import { harmonize } from './harmonize.ts';
import { predict } from './predict.ts';
import { report } from './report.ts';
import { share } from './share.ts';
import { visualize } from './visualize.ts';

const folder = mkdtempSync(join(tmpdir(), 'radweave-torn-'));
let config: Config;
beforeAll(async () => {
  config = await writeMadeUpRun(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const modalities = ['A', 'P'];
const model = (): string => fusionFiles(fusionFolder(config)).model;
const input = join(folder, 'raw', 'SY', 'grade0');

const STAGES: Record<string, () => Promise<unknown>> = {
  align: () => align({ config, modalities }, listening()),
  fuse: () => fuse({ config, modalities }, listening()),
  harmonize: () => harmonize({ config, modalities, auditOnly: true, permutations: 9 }, listening()),
  evaluate: () => evaluate(usualEvaluation(config), listening()),
  visualize: () => visualize({ config, modalities }, listening()),
  report: () => report({ config, language: 'en', pdf: false, output: null }, listening()),
  predict: () => predict({ config, model: model(), input, output: join(folder, 'new.csv') }, listening()),
  'audit --share': () => share({ config, path: model(), to: null }, listening()),
};

const EDITS: ((text: string) => string)[] = [
  (text) => text.replaceAll(/.+,1\n/g, ''),
  (text) => text.replace(/,[^,]*$/, ''),
  () => '\0\xff',
];

test.each(Object.entries(STAGES))('%s', async (_, stage) => {
  for (const name of ['val_A.csv', 'cohort.csv']) {
    const path = join(config.data.splits_dir, name);
    const kept = readFileSync(path, 'utf8');
    for (const edit of EDITS) {
      writeFileSync(path, edit(kept));
      await expect(stage()).rejects.toMatchObject({ code: 'E_SPLIT_TORN', where: path });
    }
    writeFileSync(path, kept);
  }
});

test.each(
  Object.entries({
    align: (names: string[]) => align({ config, modalities: names }, listening()),
    fuse: (names: string[]) => fuse({ config, modalities: names }, listening()),
    evaluate: (names: string[]) => evaluate({ ...usualEvaluation(config), modalities: names }, listening()),
    visualize: (names: string[]) => visualize({ config, modalities: names }, listening()),
  }),
)('%s: a modality in another letter case is offered', async (_, stage) => {
  await expect(stage(['a', 'P'])).rejects.toThrow(/of a .*Did you mean 'A'\?/);
});

test('a run or checkpoint of a modality that is not there is refused, not passed over', async () => {
  expect(() => pairs('--run', ['a=one'], modalities)).toThrow(/no modality 'a' here .*Did you mean 'A'\?/);
  const asked = { config, model: model(), input, output: join(folder, 'new.csv') };
  await expect(predict({ ...asked, checkpoints: { a: 'best.pth' } }, listening())).rejects.toThrow(
    /no modality 'a' here \(--checkpoint\)/,
  );
  const runs = { A: 'made_up_B' };
  await expect(evaluate({ ...usualEvaluation(config), runs }, listening())).rejects.toThrow(
    /no run 'made_up_B' of modality A .*Did you mean 'made_up_A'\?/,
  );
});

test('predict: what is wrong with the checkpoint of the last modality is told before the first is opened', async () => {
  const asked = { config, model: model(), input, output: join(folder, 'new.csv') };
  await expect(predict({ ...asked, checkpoints: { P: model() } }, listening())).rejects.toMatchObject({
    code: 'E_OTHER_CHECKPOINT',
    message: expect.stringContaining('the checkpoint of P'),
  });
});
