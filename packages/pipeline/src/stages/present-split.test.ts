import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  auditFiles,
  auditFolder,
  type Config,
  readAuditRecord,
  readEvaluation,
  readFusionModel,
  readSlicePredictions,
  slicePredictionsPath,
} from '@radweave/artifacts';
import { crossFitConfig } from '@radweave/network/folds/config';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening, writeCohortFolders, writeCohortOf } from '@radweave/study/testing/cohort';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTraining, type TrainOptions } from '../work/open-training.ts';
import { audit } from './audit.ts';
import { evaluate, usualEvaluation } from './evaluate.ts';
import { explain } from './explain.ts';
import { extract } from './extract.ts';
import { fuse } from './fuse.ts';
import { verify } from './index.ts';
import { predict } from './predict.ts';
import { preprocess } from './preprocess.ts';
import { report } from './report.ts';
import { train } from './train.ts';
import { visualize } from './visualize.ts';

/** Shared by all tests: two networks are trained, once. */
const folder = mkdtempSync(join(tmpdir(), 'radweave-'));
afterAll(() => rmSync(folder, { recursive: true }));
const config: Config = {
  ...cohortConfig(folder),
  model: { ...cohortConfig(folder).model, name: 'mobilenetv3_small_100', pretrained: false },
};
Object.assign(config.training, { epochs: 1, batch_size: 16, precision: 'fp32', learning_rate: 0.001 });
Object.assign(config.evaluation, { bootstrap_replicates: 100 });
config.data.modalities = ['A'];
const { output_dir } = config.experiment;
const run = (name: string): RunFolder => new RunFolder(output_dir, name);

const split = (seed: number) => {
  config.experiment.seed = seed;
  return preprocess({ config }, listening());
};

function training(more: Partial<TrainOptions> = {}): TrainOptions {
  const bestHparamsDir = join(folder, 'best_hparams');
  return { config, given: [], modality: 'A', resume: false, run: '', bestHparamsDir, ...more };
}

const asked = { config, modality: 'A', align: false, given: [] };
const explained = {
  config,
  modality: 'A',
  split: 'test',
  count: 1,
  slices: 2,
} as const;
const audited = {
  config,
  modalities: ['A'],
  strict: false,
  nearDuplicateDistance: 0,
  pixels: false,
};
const networks = (): Parameters<typeof evaluate>[0] => ({ ...usualEvaluation(config), networksOnly: true });

type Listening = ReturnType<typeof listening>;

/** What was said of the run whose record is damaged. */
const ofDamaged = ({ said }: Listening): string[] => said.filter((line) => line.includes("run 'torn'"));

beforeAll(async () => {
  writeCohortFolders(join(folder, 'raw'), 5, 2);
  for (const [name, seed] of [
    ['one', 1],
    ['two', 2],
  ] as const) {
    await split(seed);
    await train(training({ run: name }), listening());
  }
  // Newer than both, and unreadable.
  cpSync(run('two').checkpoints, run('torn').checkpoints, { recursive: true });
  writeFileSync(run('torn').record, '{ "format": 1,');
  await split(1);
}, 300_000);

/** Each command and the run that it took, or says that it took. */
const CHOOSING: Record<string, (context: Listening) => Promise<string>> = {
  extract: async (context) => (await extract(asked, context)).checkpoint,
  'extract by the common name': async (context) => {
    const checkpoint = join(output_dir, 'checkpoints', 'best_model.pth');
    return (await extract({ ...asked, checkpoint }, context)).checkpoint;
  },
  explain: async (context) => {
    await explain(explained, context);
    return context.said.find((line) => line.includes('Using the best epoch')) ?? '';
  },
  evaluate: async (context) => {
    const { evaluationFile } = await evaluate(networks(), context);
    return JSON.stringify(readEvaluation(evaluationFile).inputs);
  },
  visualize: async (context) => {
    const { outputDir } = await visualize({ config, modalities: ['A'] }, context);
    return readFileSync(join(outputDir, 'training_curves_A.svg'), 'utf8').replaceAll(
      /.*(one|two) \(.*/gs,
      "'$1'",
    );
  },
  'train --resume': async (context) =>
    `'${(await openTraining(training({ resume: true }), context)).run.name}'`,
  'extract --cross_fit': async (context) => {
    await crossFitConfig({ config, modality: 'A' }, context);
    return context.said.find((line) => line.includes('Using the best epoch')) ?? '';
  },
};

const OF_ONE = /checkpoints\/one\/|logs\/one\/|'one'/;
const OF_TWO = /checkpoints\/two\/|logs\/two\/|'two'/;

test.each(Object.entries(CHOOSING))('back on the first split, %s takes its run', async (_, take) => {
  const context = listening();
  const taken = await take(context);
  expect(taken).toMatch(OF_ONE);
  expect(taken).not.toMatch(OF_TWO);
  expect(ofDamaged(context)).toEqual([expect.stringContaining(run('torn').record)]);
});

test('what follows from that run is of it too: fusion, prediction, audit and report', async () => {
  await extract(asked, listening());
  await fuse({ config, modalities: ['A'] }, listening());
  const model = join(output_dir, 'fusion', 'model.json');
  expect(readFusionModel(model).modalities[0]?.checkpoint).toContain('one');
  const input = join(folder, 'raw', 'SY', 'grade0');
  const predicted = await predict({ config, model, input, output: join(folder, 'new.csv') }, listening());
  expect(predicted.patients).toBe(2);
  await evaluate(usualEvaluation(config), listening());
  const context = listening();
  const { verdict, findings } = await audit(audited, context);
  expect([verdict, findings.map(({ code }) => code)]).toEqual([
    'warning',
    ['WARN_CHECKPOINT_OLD', 'WARN_UNREADABLE', 'WARN_FUSION_IN_SAMPLE'],
  ]);
  expect(JSON.stringify(findings)).toMatch(/run two: trained on.*torn.run\.json/s);
  const told = listening();
  const { html } = await report({ config, language: 'en', pdf: false, output: null }, told);
  const page = readFileSync(html, 'utf8');
  expect([page.includes('checkpoints/one/'), page.includes('checkpoints/two/')]).toEqual([true, false]);
  expect(ofDamaged(told)).toHaveLength(1);
});

test('a run that is named is what it was: refused for its patients, or for its damaged record', async () => {
  await expect(extract({ ...asked, checkpoint: run('two').best }, listening())).rejects.toMatchObject({
    code: 'E_LEAK_CHECKPOINT',
  });
  const damaged = { code: 'E_JSON', where: run('torn').record };
  const asking = listening();
  await expect(evaluate({ ...networks(), runs: { A: 'torn' } }, asking)).rejects.toMatchObject(damaged);
  expect(ofDamaged(asking)).toEqual([]);
  const opening = openTraining(training({ resume: true, run: 'torn' }), listening());
  await expect(opening).rejects.toMatchObject(damaged);
  const context = listening();
  expect((await train(training({ resume: true, run: 'two' }), context)).ending).toBe('already finished');
  expect(context.said.join('\n')).toContain("'two' was trained on another split than the present one");
});

test('with one more external hospital its run is still taken, and resumed only tested again', async () => {
  writeCohortOf(join(folder, 'raw'), { XN: [1, 1] }, ['grade0', 'grade1'], ['A']);
  await split(1);
  const { evaluate: evaluating, ...others } = CHOOSING;
  for (const [command, take] of Object.entries(others)) {
    const taken = await take(listening());
    expect([command, OF_ONE.test(taken), OF_TWO.test(taken)]).toEqual([command, true, false]);
  }
  await fuse({ config, modalities: ['A'] }, listening());
  const findings = async (): Promise<string[]> =>
    (await audit(audited, listening())).findings.map(({ code }) => code);
  expect(await findings()).not.toContainEqual(expect.stringMatching(/^LEAK/));
  const lacking = listening();
  await evaluate(usualEvaluation(config), lacking);
  const { differences } = await verify({ run: output_dir, config, given: [] }, listening());
  expect(differences).toEqual([]);
  const other = /the run 'one' of modality A was tested on other patients than those now in the test set/;
  expect(lacking.said.join('\n')).toMatch(other);
  expect(lacking.said.join('\n')).toContain('radweave train --modality A --resume --run one;');
  await expect(evaluate(networks(), listening())).rejects.toThrow(other);

  const [last, settings] = [readFileSync(run('one').last), readFileSync(run('one').config, 'utf8')];
  rmSync(run('one').last);
  writeFileSync(run('one').config, settings.replace(/save_last: true/, 'save_last: false'));
  const kept = listening();
  expect((await train(training({ resume: true, run: 'one' }), kept)).ending).toBe('already finished');
  expect(kept.said.join('\n')).toMatch(/keeps no last checkpoint: the run 'one' .* was tested on other/);
  writeFileSync(run('one').last, last);
  writeFileSync(run('one').config, settings);
  const weights = readFileSync(run('one').best);
  const context = listening();
  expect((await train(training({ resume: true }), context)).ending).toBe('finished');
  expect(context.said.join('\n')).toContain(
    "since the run 'one' was begun: it is tested on the present ones",
  );
  expect(context.said.join('\n')).not.toMatch(/another split|is trained but was not evaluated/);
  expect(readFileSync(run('one').best)).toEqual(weights);
  const tested = readSlicePredictions(slicePredictionsPath(run('one').logs, 'test'));
  expect(tested.map(({ hospital }) => hospital)).toContain('XN');
  expect(await evaluating?.(listening())).toMatch(OF_ONE);
  expect((await train(training({ resume: true, run: 'one' }), listening())).ending).toBe('already finished');
  expect(await findings()).not.toContainEqual(expect.stringMatching(/^LEAK/));
});

const SAID =
  /no run of modality A was trained on the present split; the newest, 'two', was trained on another one/;

test('where no run fits, each command says so, names the newest and tells what to do', async () => {
  await split(3);
  const refused = { code: 'E_OTHER_SPLIT', exitCode: 3, message: expect.stringMatching(SAID) };
  for (const failed of [
    extract(asked, listening()),
    explain(explained, listening()),
    crossFitConfig({ config, modality: 'A' }, listening()),
  ]) {
    await expect(failed).rejects.toMatchObject(refused);
    await expect(failed).rejects.toThrow(/radweave train --modality A; or name a file with --checkpoint/);
  }
  const alone = { ...config, experiment: { ...config.experiment, output_dir: join(folder, 'alone') } };
  const place = join(alone.experiment.output_dir, 'checkpoints', 'best_model.pth');
  cpSync(run('two').best, place);
  await expect(extract({ ...asked, config: alone }, listening())).rejects.toMatchObject({
    code: 'E_OTHER_SPLIT',
    where: place,
  });
  await expect(evaluate(networks(), listening())).rejects.toThrow(SAID);
  const context = listening();
  await expect(visualize({ config, modalities: ['A'] }, context)).rejects.toMatchObject({
    code: 'E_NOTHING_TO_DRAW',
  });
  expect(context.said.join('\n')).toMatch(
    new RegExp(`warning: Not drawn: training_curves_A: ${SAID.source}`),
  );
  expect((await openTraining(training({ resume: true }), context)).isResumed).toBe(false);
  expect(context.said.join('\n')).toMatch(
    /warning: Nothing is resumed: no run .*another one\. A new run is started/,
  );
  await expect(audit(audited, listening())).rejects.toMatchObject({ code: 'E_LEAK' });
  expect(JSON.stringify(readAuditRecord(auditFiles(auditFolder(config)).record).not_checked)).toMatch(SAID);
});
