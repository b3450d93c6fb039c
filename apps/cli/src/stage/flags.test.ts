import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Split, writeSplitSummary } from '@radweave/artifacts';
import { onPosix, tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { readCall } from './flags.ts';

onPosix("the Python tool's file with a root on Windows does for what reads split files", () => {
  const config = join(tempDir(), 'default_config.yaml');
  writeFileSync(config, 'data: {root_dir: "D:\\\\data\\\\raw\\\\Grade", train_ratio: 0.7}\n');
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const call = readCall('train', { config, batch_size: '8' });
    expect(call.config.data).toMatchObject({ root_dir: null, train_ratio: 0.7 });
    expect(call.given).toEqual(['training.batch_size']);
    expect(call.inFile).toEqual(['data.root_dir', 'data.train_ratio']);
    expect(write.mock.calls.join()).toMatch(/Warning: data\.root_dir 'D:\\data\\raw\\Grade' .*is not used/);
  } finally {
    write.mockRestore();
  }
  expect(() => readCall('preprocess', { config })).toThrow(/is a Windows path/);
  expect(() => readCall('train', { config, root_dir: 'D:\\data' })).toThrow(/is a Windows path/);
  expect(readCall('train', { config, root_dir: '/data' }).config.data.root_dir).toBe('/data');
});

onPosix(
  "the Python tool's own file does for preprocess, which writes nothing into experiment.output_dir",
  () => {
    const config = join(tempDir(), 'default_config.yaml');
    writeFileSync(
      config,
      'data: {root_dir: "D:\\\\data"}\nexperiment: {output_dir: "D:\\\\outputs\\\\feature_extract"}\n',
    );
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const call = readCall('preprocess', { config, root_dir: '/data', output_dir: 'splits' });
      expect(call.config.experiment.output_dir).toBe('outputs/feature_extract');
      expect(call.config.data).toMatchObject({ root_dir: '/data', splits_dir: 'splits' });
      expect(write.mock.calls.join()).toMatch(/Warning: experiment\.output_dir 'D:\\outputs.*is not used/);
    } finally {
      write.mockRestore();
    }
    for (const stage of ['run', 'train', 'fuse']) {
      expect(() => readCall(stage, { config, root_dir: '/data' })).toThrow(/experiment\.output_dir/);
    }
    const set = ['experiment.output_dir=D:\\x'];
    expect(() => readCall('preprocess', { config, root_dir: '/data', set })).toThrow(
      /experiment\.output_dir/,
    );
  },
);

test('a configuration file that is not there is misuse, with the way out', () => {
  const config = join(tempDir(), 'default_config.yaml');
  expect(() => readCall('train', { config })).toThrow(
    expect.objectContaining({
      code: 'E_FILE_MISSING',
      exitCode: 2,
      hint: expect.stringContaining('radweave config --yaml'),
    }),
  );
});

test('commands that read split files are about their modalities, where nobody names any', () => {
  const splits_dir = join(tempDir(), 'splits');
  const config = join(tempDir(), 'config.yaml');
  const asked = (name: string, flags = {}): string[] =>
    readCall(name, { config, set: [`data.splits_dir=${splits_dir}`], ...flags }).config.data.modalities;
  writeFileSync(config, 'data: {train_ratio: 0.6}\n');
  expect(asked('evaluate')).toEqual(['A', 'P']);
  mkdirSync(splits_dir);
  writeFileSync(join(splits_dir, 'train_Arterial phase.csv'), '');
  for (const name of ['align', 'audit', 'evaluate', 'fuse', 'harmonize', 'visualize']) {
    expect(asked(name), name).toEqual(['Arterial phase']);
    expect(asked(name, { modalities: ['V'] }), name).toEqual(['V']);
  }
  for (const name of ['preprocess', 'run', 'plan']) expect(asked(name), name).toEqual(['A', 'P']);
  for (const one of ['A', 'P']) writeFileSync(join(splits_dir, `train_${one}.csv`), '');
  expect(asked('evaluate')).toEqual(['A', 'P']);
  writeFileSync(config, 'data: {modalities: [T1]}\n');
  expect(asked('evaluate')).toEqual(['T1']);
});

test('where nobody says how many classes there are, they are those that are named, or that the split has to learn from', () => {
  const splits_dir = tempDir();
  const config = join(tempDir(), 'config.yaml');
  const classes = (name: string, ...set: string[]): number =>
    readCall(name, { config, set: [`data.splits_dir=${splits_dir}`, ...set] }).config.model.num_classes;
  writeFileSync(config, 'model: {name: resnet18}\n');
  expect(classes('train')).toBe(2);
  const patients = (split: Split, label: number) => ({
    hospital: 'JM',
    label,
    split,
    patients: 1,
    slices: {},
  });
  writeSplitSummary(join(splits_dir, 'summary.json'), {
    ...{
      format: 2,
      modalities: ['A'],
      home_hospital: 'JM',
      train_ratio: 0.7,
      seed: 1,
      split_hash: 'a'.repeat(64),
    },
    ...{ excluded: {}, files: {}, versions: {} },
    // Nobody can learn what the test set alone has.
    counts: [patients('train', 0), patients('val', 2), patients('test', 3)],
  });
  for (const name of ['train', 'check', 'tune']) expect(classes(name), name).toBe(3);
  expect(classes('run')).toBe(2);
  const counts = (...set: string[]): boolean => readCall('run', { config, set }).countsClasses;
  expect([counts(), counts('model.num_classes=2'), counts('data.labels=[a, b]')]).toEqual([
    true,
    false,
    false,
  ]);
  expect(classes('run', 'data.labels=[low, mid, high]')).toBe(3);
  expect(classes('train', 'model.num_classes=4')).toBe(4);
  writeFileSync(config, 'model: {num_classes: 2}\n');
  expect(classes('train')).toBe(2);
});
