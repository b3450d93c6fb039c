import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Config, defaultConfig, type RunRecord, writeConfig } from '@radweave/artifacts';
import { findRuns, RunFolder } from '@radweave/study/runs/run-folder';
import { listening } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { makeRoom, openRun, type RunWish } from './open-run.ts';

function config(): Config {
  const own = defaultConfig();
  own.experiment.output_dir = join(tempDir(), 'outputs');
  return own;
}

/** A run's files without a network; `changed` is the time of its checkpoints. */
function begun(own: Config, name: string, record: Partial<RunRecord> = {}, changed = 0): RunFolder {
  const run = new RunFolder(own.experiment.output_dir, name);
  mkdirSync(run.checkpoints, { recursive: true });
  for (const path of [run.best, run.last]) {
    writeFileSync(path, 'weights');
    utimesSync(path, changed, changed);
  }
  writeConfig(run.config, own);
  run.write({
    format: 1,
    name,
    modality: 'A',
    model: 'resnet18',
    status: 'finished',
    best: { epoch: 1, score: 0.5 },
    epochs: 1,
    split_hash: 'x',
    ...record,
  });
  return run;
}

function wish(own: Config, more: Partial<RunWish> = {}): RunWish {
  return { config: own, given: [], modality: 'A', resume: false, run: '', ...more };
}

test('the newest run is that of the records, whatever the times of copied files', () => {
  const own = config();
  begun(own, 'young', { time: '2026-02-01T00:00:00.000Z' }, 1_000);
  begun(own, 'aged', { time: '2026-01-01T00:00:00.000Z' }, 2_000_000_000);
  const names = (): string[] => findRuns(own.experiment.output_dir, 'best', {}).map(({ name }) => name);
  expect(names()).toEqual(['young', 'aged']);
  // Records of before this was recorded have the time of the checkpoint.
  begun(own, 'old', {}, Date.parse('2026-01-15T00:00:00.000Z') / 1000);
  expect(names()).toEqual(['young', 'old', 'aged']);
  const { run, isResumed } = openRun(wish(own, { resume: true }), listening());
  expect([run.name, isResumed]).toEqual(['young', true]);
});

test('a folder without a record was not begun: the same command begins it, and half-written files go', () => {
  const own = config();
  own.experiment.name = 'x';
  const run = new RunFolder(own.experiment.output_dir, 'x');
  for (const folder of [run.checkpoints, run.logs]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(run.logs, 'events.out.tfevents.1.host.1.0'), '');
  writeFileSync(run.config, '');
  writeFileSync(run.last, '');
  writeFileSync(join(run.checkpoints, '.radweave.lock'), '');
  for (const resume of [false, true]) {
    const context = listening();
    const opened = openRun(wish(own, { resume }), context);
    expect([opened.run.name, opened.isResumed]).toEqual(['x', false]);
    expect(context.said.join()).toBe(
      resume
        ? `info: There is no run 'x' in ${own.experiment.output_dir} to resume: a new one is started.`
        : '',
    );
  }
  makeRoom(run, wish(own));
  expect(readdirSync(run.logs)).toEqual([]);
  expect(readdirSync(run.checkpoints)).toEqual(['.radweave.lock']);
});

test('a run that was begun, or left its history, is not begun again', () => {
  const own = config();
  const run = begun(own, 'x');
  writeFileSync(join(run.checkpoints, '.last_checkpoint.pth.1-abcdef00.tmp'), 'half');
  // Of a command that was killed when the new files had their places already.
  const evaluation = dirname(run.evaluation);
  mkdirSync(join(evaluation, '.radweave.1-abcdef00.tmp', 'old'), { recursive: true });
  writeFileSync(run.evaluation, 'whole');
  expect(() => makeRoom(run, wish(own))).toThrow(/'x' exists already.*--resume/);
  expect(() => makeRoom(run, wish(own, { run: 'x' }))).toThrow(/or use another --run$/);
  run.sweep();
  expect(readdirSync(run.checkpoints).sort()).toEqual(['best_model.pth', 'last_checkpoint.pth', 'run.json']);
  expect(readdirSync(evaluation)).toEqual(['evaluation.json']);
  const logs = new RunFolder(own.experiment.output_dir, 'logs only');
  mkdirSync(logs.logs, { recursive: true });
  writeFileSync(logs.history, 'epoch');
  expect(() => makeRoom(logs, wish(own, { run: 'logs only', given: ['experiment.name'] }))).toThrow(
    /'logs only' exists already.*Use another --exp_name/,
  );
  expect(existsSync(logs.history)).toBe(true);
});

test('a run without a last checkpoint is found by its name, and as the newest where its settings keep none', () => {
  const own = config();
  rmSync(begun(own, 'lost', { status: 'running' }).last);
  const named = (run: string) => openRun(wish(own, { resume: true, run }), listening());
  expect(named('lost').isResumed).toBe(true);
  expect(named('').isResumed).toBe(false);
  own.experiment.save_last = false;
  const run = begun(own, 'anew', { status: 'running' });
  for (const path of [run.last, run.best]) rmSync(path);
  writeFileSync(run.history, 'epoch');
  expect(named('anew').config.experiment.save_last).toBe(false);
  expect(named('').run.name).toBe('anew');
  run.clear();
  expect([readdirSync(run.checkpoints), readdirSync(run.logs)]).toEqual([[], ['config.yaml']]);
  // The same command without --resume begins it.
  makeRoom(run, wish(own));
});

test("no run gets the place of a modality's published model", () => {
  const own = config();
  begun(own, 'other', { modality: 'T1' });
  const published = join(own.experiment.output_dir, 'checkpoints', 'Q', 'best_model.pth');
  mkdirSync(join(published, '..'), { recursive: true });
  writeFileSync(published, 'weights');
  for (const name of ['P', 'p', 'A', 'T1', 'Q', 'best_model.pth']) {
    own.experiment.name = name;
    expect(() => openRun(wish(own), listening()), name).toThrow(
      expect.objectContaining({ code: 'E_RUN_NAME' }),
    );
    own.experiment.name = '';
    expect(() => openRun(wish(own, { run: name }), listening()), name).toThrow(
      /published model: use another --run$/,
    );
  }
  // One that has a modality's name from before keeps its model.
  begun(own, 'P');
  expect(() => openRun(wish(own, { modality: 'P', run: 'new' }), listening())).toThrow(
    /published in the folder of the run 'P'/,
  );
  expect(() => openRun(wish(own, { run: '../../../zz' }), listening())).toThrow(
    expect.objectContaining({ code: 'E_NAME' }),
  );
});

test('resuming, a file of settings decides nothing but is told; the command line must agree', () => {
  const own = config();
  own.training.batch_size = 8;
  own.training.epochs = 5;
  begun(own, 'x');
  const asked = structuredClone(own);
  Object.assign(asked.training, { batch_size: 64, epochs: 100, num_workers: 3 });
  asked.model.name = 'resnet50';
  const keys = [
    'training.batch_size',
    'training.epochs',
    'model.name',
    'training.loss_type',
    'data.num_workers',
  ];
  const context = listening();
  const opened = openRun(wish(asked, { resume: true, inFile: keys }), context);
  expect(opened.config.training).toEqual(own.training);
  expect(opened.config.model).toEqual(own.model);
  expect(context.said).toEqual([
    'warning: The run keeps the settings it was started with, whatever the configuration file says: ' +
      'training.batch_size (8, not 64), training.epochs (5, not 100), model.name ("resnet18", not "resnet50").',
  ]);
  expect(() =>
    openRun(
      wish(asked, { resume: true, run: 'x', inFile: keys, given: ['training.batch_size'] }),
      listening(),
    ),
  ).toThrow(/batch_size: 8 in the run, 64 asked for/);
});
