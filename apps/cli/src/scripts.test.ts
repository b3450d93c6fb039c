import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const { bin }: { bin: Record<string, string> } = createRequire(import.meta.url)('../package.json');

test.each([
  ['preprocess_data', 'preprocess'],
  ['train', 'train'],
  ['train_classifier', 'train'],
  ['extract_features', 'extract'],
  ['fuse_features', 'align'],
  ['visualize_results', 'visualize'],
])('the script %s of the Python tool is the command %s', (script, command) => {
  const file = fileURLToPath(new URL(`../${bin[script]}`, import.meta.url));
  const { stdout } = spawnSync(process.execPath, [file, '--help'], { encoding: 'utf8' });
  expect(stdout).toMatch(new RegExp(`^Usage: radweave ${command} `));
});

test('fuse_features is fuse with a flag of the classifier, manage takes every command', () => {
  const help = (script: string, ...args: string[]): string => {
    const file = fileURLToPath(new URL(`../${bin[script]}`, import.meta.url));
    return spawnSync(process.execPath, [file, ...args, '--help'], { encoding: 'utf8' }).stdout;
  };
  expect(help('fuse_features', '--max-iter=100')).toMatch(/^Usage: radweave fuse /);
  expect(help('manage', 'extract')).toMatch(/^Usage: radweave extract /);
});
