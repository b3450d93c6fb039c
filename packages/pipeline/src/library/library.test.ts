import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configure, defaultConfig } from '@radweave/artifacts';
import { generatePhantomCohort } from '@radweave/phantom';
import type { StageEvent } from '@radweave/study/context/events';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { STAGES } from '../stages/index.ts';
import { phantomStudy } from '../testing/phantom-study.ts';
import { readStudy } from './read-study.ts';

test('settings are checked as a command checks them, over the defaults or a file', () => {
  const file = join(tempDir(), 'study.yaml');
  writeFileSync(file, 'training: {batch_size: 5}\n');
  const { training } = defaultConfig();
  expect(configure({ training: { epochs: 3 } }).training).toEqual({ ...training, epochs: 3 });
  expect(configure({ training: { epochs: 3 } }, file).training).toEqual({
    ...training,
    epochs: 3,
    batch_size: 5,
  });
  const wrong = { training: { epochs: -1 }, model: { nam: 'resnet18' } } as object;
  expect(() => configure(wrong)).toThrow(/2 errors[\s\S]*model\.nam[\s\S]*training\.epochs/);
  expect(() => configure({ data: { root_dir: 'D:\\data' } })).toThrow(/Windows path/);
});

test('a study that has nothing yet is read as such', () => {
  const folder = tempDir();
  const config = configure({
    data: { splits_dir: join(folder, 'splits') },
    experiment: { output_dir: join(folder, 'results') },
  });
  expect(readStudy(config)).toEqual({ patients: null, runs: [], fusion: null, evaluation: null });
});

test('a job that is aborted stops where the same call continues, and tells what it does', async () => {
  // The thread loads what was built.
  const { run } = await import('@radweave/pipeline');
  const folder = tempDir();
  const config = phantomStudy(folder);
  const how = { bestHparamsDir: join(folder, 'best'), explain: false };
  const stopping = new AbortController();
  const events: StageEvent[] = [];
  const stopped = run(config, {
    ...how,
    signal: stopping.signal,
    onEvent: (event) => {
      events.push(event);
      if (event.kind === 'epoch') stopping.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: 'E_INTERRUPTED', exitCode: 4 });
  expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['log', 'progress', 'step', 'epoch']));
  await expect(run(config, { ...how, signal: stopping.signal })).rejects.toThrow(/stopped before check/);

  const { steps, report } = await run(config, how);
  expect(steps.slice(0, 3)).toEqual([
    { step: 'preprocess', outcome: 'unchanged' },
    { step: 'audit-data', outcome: 'unchanged' },
    { step: 'train-A', outcome: 'done' },
  ]);
  expect(readFileSync(report, 'utf8')).toContain('Radweave report');
  const { patients, runs, fusion, evaluation } = readStudy(config);
  expect(runs.map(({ modality, epochs }) => [modality, epochs]).sort()).toEqual([
    ['A', 2],
    ['P', 2],
  ]);
  expect(fusion?.predictions.test).toHaveLength(
    patients?.filter(({ split }) => split === 'test').length ?? -1,
  );
  expect(evaluation?.primary).toBe('fused');
});

test('a stage of a script has the defaults of its command, and says what it is not told', async () => {
  const { stages, tune } = await import('@radweave/pipeline');
  const folder = tempDir();
  const config = configure({
    data: { splits_dir: join(folder, 'splits') },
    experiment: { output_dir: join(folder, 'results') },
  });
  const refused = { exitCode: 2, code: 'E_STAGE_OPTIONS' };
  const asked = STAGES.flatMap(({ name, takes }) => ('modality' in takes ? [name] : []));
  expect(asked).toEqual(expect.arrayContaining(['train', 'extract', 'explain', 'tune']));
  for (const name of asked) {
    const error = await stages[name]({ config } as never).catch((thrown) => thrown);
    expect(error).toMatchObject({ ...refused, where: `stages.${name}` });
    expect(error.message).toContain('is not told its modality');
  }
  // The usual set of patients follows from the modality.
  await expect(stages.explain({ config, modality: 'A' })).rejects.toMatchObject({ code: 'E_NO_SPLIT' });
  for (const modality of [undefined, ['A', 'P']])
    await expect(tune(config, { modality } as never)).rejects.toMatchObject({ ...refused, where: 'tune' });
  await expect(stages.predict({ config })).rejects.toThrow('is not told its model and input');
  await expect(stages.import({})).rejects.toMatchObject({ code: 'E_IMPORT' });
  // Nothing is there to be read.
  for (const call of [stages.audit, stages.verify, stages.report, stages.harmonize]) {
    await expect(call({ config })).rejects.toHaveProperty('code', expect.stringMatching(/^E_/));
  }
});

test('a plan is made, followed and refused from a script as by the commands', async () => {
  const { init, plan, status, work } = await import('@radweave/pipeline');
  const folder = tempDir();
  const root = join(folder, 'raw');
  generatePhantomCohort(root, {
    seed: 5,
    homePatients: 8,
    patientsPerHospital: 2,
    slicesPerModality: 1,
    size: 32,
  });
  const output = join(folder, 'config.yaml');
  const { config, hospitals } = await init({ root_dir: root, output });
  expect(configure({}, output)).toEqual(config);
  expect(hospitals.map(({ name }) => name)).toContain(config.data.home_hospital);
  await expect(init({ root_dir: root, output })).rejects.toMatchObject({ code: 'E_CONFIG_EXISTS' });
  config.model.pretrained = false;
  config.data.splits_dir = join(folder, 'splits');
  config.experiment.output_dir = join(folder, 'results');
  await expect(status(config)).rejects.toMatchObject({ code: 'E_PLAN', exitCode: 2 });
  const { plan: written } = await plan(config, { explain: false });
  expect((await status(config)).map(({ name }) => name)).toEqual(written.tasks.map(({ name }) => name));
  expect((await status(config))[0]).toMatchObject({ name: 'preprocess', state: 'ready', worker: null });
  const other = structuredClone(config);
  other.training.epochs = 3;
  await expect(work(other)).rejects.toThrow(/another training\.epochs/);
});
