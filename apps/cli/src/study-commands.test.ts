import { expect, test } from 'vitest';
import type { Start } from './continue-command.ts';
import { completeCommands } from './study-commands.ts';

const start: Start = { script: '/usr/bin/radweave', env: { PATH: '/usr/bin' }, platform: 'linux' };

const CASES: [typed: string[], text: string, completed: string][] = [
  [['fuse'], 'Run: radweave extract --modality P', 'Run: radweave extract --modality P'],
  [
    ['fuse', '--config', 'my study.yaml'],
    'Run: radweave extract --modality P',
    "Run: radweave extract --modality P --config 'my study.yaml'",
  ],
  [
    ['fuse', '--config', 'c'],
    "Run: radweave extract --modality 'T1 then T2; or T3'; then fuse again",
    "Run: radweave extract --modality 'T1 then T2; or T3' --config c; then fuse again",
  ],
  // A sentence that names a configuration has all settings.
  [
    ['tune', '--modality', 'A', '--config', 'tune.yaml', '--set', 'tune.trials=4'],
    'Now run radweave train --modality A --config best.yaml',
    'Now run radweave train --modality A --config best.yaml',
  ],
  [
    ['evaluate', '--set', 'experiment.output_dir=out', 'data.splits_dir=s', '--json'],
    'Make it with: radweave fuse --modalities A P; then evaluate again.',
    'Make it with: radweave fuse --modalities A P --set experiment.output_dir=out data.splits_dir=s; then evaluate again.',
  ],
  // Each by the flag that the other command has, or else by its key; nothing that it does not use.
  [
    ['fuse', '--feature-dir=feat', '--output_dir', 'fused', '--C', '2'],
    'Run: radweave extract --modality P',
    'Run: radweave extract --modality P --output_dir feat',
  ],
  [
    ['visualize', '--fusion_dir', 'f', '--feature_dir', 'd', '--splits_dir', 's', '--output_dir', 'o'],
    'run radweave train --modality P; or radweave preprocess; or radweave run',
    'run radweave train --modality P --splits_dir s --output_dir o; or radweave preprocess --output_dir s; or radweave run --set fusion.output_dir=f --set data.features_dir=d --set data.splits_dir=s --set experiment.output_dir=o',
  ],
  // Of the same command all flags count.
  [
    ['preprocess', '--root_dir', 'raw', '--train_ratio', '0.6', '--relative_paths'],
    'Keep each patient in one split: run radweave preprocess again, or correct the split files',
    'Keep each patient in one split: run radweave preprocess --root_dir raw --train_ratio 0.6 --relative_paths again, or correct the split files',
  ],
  [
    ['evaluate', '--output_dir', 'o', '--modalities', 'A', 'P', '--top_k', '3'],
    'Not drawn; run radweave extract --modality A.',
    'Not drawn; run radweave extract --modality A --set experiment.output_dir=o.',
  ],
  // What is named already is not said twice.
  [
    ['evaluate', '--modalities', 'A', '--output_dir', 'o'],
    'make it with: radweave fuse --modalities A P',
    'make it with: radweave fuse --modalities A P --set experiment.output_dir=o',
  ],
  [
    ['evaluate', '--config', 'c.yaml'],
    'make it with: radweave train --modality A --resume --run x; then evaluate again',
    'make it with: radweave train --modality A --resume --run x --config c.yaml; then evaluate again',
  ],
  [
    ['train', '--config', 'c.yaml', '--modality', 'A'],
    'Next: radweave extract --modality A; after `radweave fuse`, `radweave report` writes the report.',
    'Next: radweave extract --modality A --config c.yaml; after `radweave fuse --config c.yaml`, `radweave report --config c.yaml` writes the report.',
  ],
  [
    ['train', '--modality', 'A', '--root_dir', 'r 1'],
    'Run first: radweave preprocess --root_dir … --modalities … A',
    "Run first: radweave preprocess --modalities … A --root_dir 'r 1'",
  ],
  [
    ['visualize', '--config', 'c'],
    'Run first: `radweave train --modality A`, `radweave extract --modality A` or `radweave fuse`',
    'Run first: `radweave train --modality A --config c`, `radweave extract --modality A --config c` or `radweave fuse --config c`',
  ],
  [
    ['train', '--config', 'c', '--modality', 'A', '--epochs', '3'],
    'the folder was taken over by process 7 on vm (radweave train --modality A, since 2026-11-27T19:28:30Z) (o/L). Wait for it to end',
    'the folder was taken over by process 7 on vm (radweave train --modality A, since 2026-11-27T19:28:30Z) (o/L). Wait for it to end',
  ],
  // A name, not a command to run; and commands that are of no study.
  [['train', '--config', 'c'], 'Give a checkpoint of radweave train', 'Give a checkpoint of radweave train'],
  [['train', '--config', 'c'], 'Run: radweave setup', 'Run: radweave setup'],
  [
    ['preprocess', '--output_dir', 's'],
    'files that are not PNG were not read; radweave import reads DICOM, NIfTI, JPEG, TIFF and BMP files',
    'files that are not PNG were not read; radweave import reads DICOM, NIfTI, JPEG, TIFF and BMP files',
  ],
];

test.each(CASES)('after %j: %s', (typed, text, completed) => {
  expect(completeCommands(text, typed, start)).toBe(completed);
});

test('commands are spelled as the program was started', () => {
  const npx = { ...start, env: { npm_command: 'exec' } };
  expect(completeCommands('Run: radweave fuse', ['evaluate'], npx)).toBe('Run: npx radweave fuse');
});
