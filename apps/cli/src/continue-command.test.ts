import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { continueCommand, type Start } from './continue-command.ts';

const onPath: Start = { script: '/usr/bin/radweave', env: { PATH: '/bin:/usr/bin' }, platform: 'linux' };

test('the command to continue is the one that was stopped, whole, with what resumes the run', () => {
  const args = [
    'train',
    '--modality',
    'A',
    '--config',
    'my settings.yaml',
    '--output-dir=o',
    '--exp_name',
    "d'or",
  ];
  expect(continueCommand(args, "d'or", onPath)).toBe(
    `radweave train --modality A --config 'my settings.yaml' --output-dir=o --exp_name 'd'\\''or' --resume`,
  );
  expect(continueCommand(['train', '--resume', '--run=x'], 'x', onPath)).toBe(
    'radweave train --resume --run=x',
  );
  // `run` and cross-fitting find what was begun by themselves.
  expect(continueCommand(['run', '--root_dir', 'raw'], 'x', onPath)).toBe('radweave run --root_dir raw');
  expect(continueCommand(['extract', '--cross_fit', '3'], undefined, onPath)).toBe(
    'radweave extract --cross_fit 3',
  );
});

test('it is spelled as the program was started', () => {
  expect(continueCommand(['run'], undefined, { ...onPath, env: { npm_command: 'exec' } })).toBe(
    'npx radweave run',
  );
  const env = { npm_command: 'exec' };
  const script = { ...onPath, script: '/opt/radweave/scripts/train.mjs', env };
  expect(continueCommand(['train'], undefined, script)).toMatch(/^node \S+\/bin\/radweave\.mjs train$/);
});

test('a shell gives every word back', () => {
  const args = ['a b', "it's", '$HOME', '`id`', '*', '模态', '', '--set', 'x=[1, 2]'];
  const line = continueCommand(args, undefined, onPath).replace(/^radweave/, "printf '%s\\n'");
  expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\n').slice(0, -1)).toEqual(args);
});
