import { expect, test } from 'vitest';
import { bestHparamsPath } from './config/best-hparams.ts';
import { applyOverrides } from './config/overrides.ts';
import { defaultConfig, parseConfig } from './config/parse.ts';
import { logitsPath, logitsRecordPath } from './crossfit/logits-table.ts';
import { explanationsFolder } from './explain/explanations.ts';
import { featureSetPath } from './features/feature-set.ts';
import { featurePath, featureTablePath } from './features/feature-table.ts';
import { folderName, nameFault } from './names.ts';
import { splitPath } from './split.ts';
import { parseSlicePath } from './splits/slice-path.ts';

/** Everything that makes a path of a name. */
const PATHS: Record<string, (name: string) => unknown> = {
  run: (name) => folderName('run', name),
  split: (name) => splitPath('s', 'train', name),
  table: (name) => featureTablePath('f', 'train', name),
  set: (name) => featureSetPath('f', 'train', name),
  features: (name) => featurePath('f', 'train', name, 0, 'x'),
  logits: (name) => logitsPath('f', 'train', name),
  record: (name) => logitsRecordPath('f', name),
  explanations: (name) => explanationsFolder('o', name),
  model: (name) => bestHparamsPath('b', name, 'A'),
  modality: (name) => bestHparamsPath('b', 'resnet18', name),
};

test.each(Object.keys(PATHS))('a name that is a path is refused as the name of a %s', (kind) => {
  for (const name of [
    '',
    '.',
    '..',
    '../zz',
    '../../../zz',
    '/tmp/zz',
    'a\\b',
    'C:x',
    'a\nb',
    'P.',
    'P ',
    'CON',
    'nul.x',
    'com1',
    'x'.repeat(300),
  ]) {
    expect(nameFault('folder', name)).not.toBeNull();
    expect(() => PATHS[kind]?.(name), name).toThrow(expect.objectContaining({ code: 'E_NAME', exitCode: 2 }));
  }
  for (const name of ['A', 'T1 fat-sat', '模态A', 'resnet18.tv_in1k', '..x', 'console', 'com', '-x']) {
    expect(() => PATHS[kind]?.(name), name).not.toThrow();
  }
});

test.each([
  ['x "y"', 'it holds "'],
  ['a\tb', 'it holds a control character'],
  ['x.', 'it ends with a dot or a space'],
  ['aux', 'Windows has a device of this name'],
  ['A,P', 'it holds a comma'],
])('%j is refused with what is wrong', (name, why) => {
  expect(nameFault('modality', name)).toContain(`'${name}' cannot be the name of a modality`);
  expect(nameFault('modality', name)).toContain(why);
  const yaml = JSON.stringify({ data: { modalities: [name] } });
  expect(() => parseConfig(yaml, 'c.yaml')).toThrow(why);
});

test('a run may be named by the program', () => {
  expect(() => applyOverrides(defaultConfig(), [['experiment.name', '']])).not.toThrow();
  expect(() => applyOverrides(defaultConfig(), [['experiment.name', 'P.']])).toThrow('ends with a dot');
});

test('a long name is told by its length, and shown in part', () => {
  expect(() => folderName('run', '肝'.repeat(100))).toThrow(/'肝{40}…' cannot .* it is too long: 300 bytes/);
});

test('a slice whose patient, hospital or modality would be a step upwards is not a slice', () => {
  for (const path of ['r/H/grade0/../A/1.png', 'r/H/grade0/p/../1.png', 'r/../grade0/p/A/1.png']) {
    expect(parseSlicePath(path)).toBeUndefined();
  }
  expect(parseSlicePath('../r/H/grade0/p/A/1.png')).toMatchObject({ patient: 'p', hospital: 'H' });
});
