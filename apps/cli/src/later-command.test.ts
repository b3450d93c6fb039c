import { defaultConfig } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import type { Start } from './continue-command.ts';
import { laterCommand } from './later-command.ts';

const onPath: Start = { script: '/usr/bin/radweave', env: { PATH: '/usr/bin' }, platform: 'linux' };

test('a later command repeats the file, the places and the settings that it needs, and no others', () => {
  const config = defaultConfig();
  config.experiment.output_dir = 'my outputs';
  config.data.modalities = ['A', 'V'];
  const given = ['experiment.output_dir', 'data.modalities', 'training.epochs', 'model.name'];
  const call = { config, given, inFile: [], file: 'my.yaml' };
  expect(laterCommand('report', call, onPath)).toBe(
    "radweave report --config my.yaml --output_dir 'my outputs' --set data.modalities=A,V",
  );
  expect(laterCommand('evaluate', call, onPath)).toBe(
    "radweave evaluate --config my.yaml --output_dir 'my outputs' --modalities A,V",
  );
});

test('the file that is read by itself need not be named', () => {
  const call = { config: defaultConfig(), given: [], inFile: [], file: 'config/default_config.yaml' };
  expect(laterCommand('report', call, onPath)).toBe('radweave report');
});
