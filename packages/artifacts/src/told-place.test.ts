import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { defaultConfig } from './config/parse.ts';
import { namingPlaces, sharedConfig, withPlaces } from './config/shared-config.ts';
import { configToYaml } from './config/yaml.ts';
import { foundCheckpoint, toldFile, toldPlace } from './told-place.ts';

const POSIX = { skip: process.platform === 'win32' };

test('a place is told from the folder of the study, and not where that leads through the root', POSIX, () => {
  const told = (path: string): string | null => toldPlace(path, '/home/ann/study');
  expect(told('/home/ann/study/raw')).toBe('raw');
  expect(told('/home/ann/study')).toBe('.');
  expect(told('/home/ann/data/raw')).toBe('../data/raw');
  expect(told('/data/Grade')).toBeNull();
  expect(told('/')).toBeNull();
  expect(told('../raw')).toBe('../raw');
  expect(toldPlace('/data/Grade', '/')).toBeNull();
});

test('a file that has to be found again is told by the way to it, unless that names the user', POSIX, () => {
  expect(toldFile('/data/w/a.pth', '/srv/study', 'ann')).toBe('../../data/w/a.pth');
  expect(toldFile('/home/ann/o/checkpoints/r/a.pth', '/srv/study', 'ann')).toBe('checkpoints/r/a.pth');
  expect(toldFile('/home/ann/w/a.pth', '/home/ann/study', 'ann')).toBe('../w/a.pth');
});

test('a checkpoint that is told by its last parts is found among those of the output folder', () => {
  const output = tempDir();
  const file = join(output, 'checkpoints', 'run_A', 'best_model.pth');
  mkdirSync(join(output, 'checkpoints', 'run_A'), { recursive: true });
  writeFileSync(file, '');
  expect(foundCheckpoint(output, 'checkpoints/run_A/best_model.pth')).toBe(file);
  expect(foundCheckpoint(output, '/elsewhere/run_A/best_model.pth')).toBe(file);
  expect(foundCheckpoint(output, '/elsewhere/other/best_model.pth')).toBe('/elsewhere/other/best_model.pth');
  mkdirSync(join(output, 'checkpoints', 'pretrained'));
  expect(foundCheckpoint(output, 'pretrained')).toBe('pretrained');
});

test(
  'no whole path is in a configuration that is handed on, and a resumed run gets its places back',
  POSIX,
  () => {
    const config = defaultConfig();
    const { data, experiment, fusion, preprocess, model } = config;
    Object.assign(data, { root_dir: '/d/Grade', table: '/d/t.csv', splits_dir: '/d/s', study_key: '/d/k' });
    Object.assign(data, { features_dir: '/d/f' });
    preprocess.log_dir = '/d/l';
    fusion.output_dir = '/d/u';
    experiment.output_dir = '/d/o';
    model.weights = '/d/w.pth';
    const shared = sharedConfig(config);
    expect(configToYaml(shared)).not.toMatch(/ \/|\/d\/[^w]/);
    expect(shared.data.root_dir).toBeNull();
    expect(withPlaces(shared, config)).toEqual(config);
    expect(sharedConfig(shared)).toEqual(shared);
    const text = `/d/o/run in /d/s, ${join(process.cwd(), 'x.png')}`;
    expect(namingPlaces({ list: [text], n: null }, config)).toEqual({ list: ['o/run in s, x.png'], n: null });
  },
);
