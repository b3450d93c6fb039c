import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { parseConfig } from './config/parse.ts';
import { readMapping } from './importing/mapping.ts';
import { requireShallow } from './yaml-depth.ts';

const lines = (levels: number, line: string): string =>
  Array.from({ length: levels }, (_, i) => `${' '.repeat(i)}${line}`).join('\n');

/** Each so deep that the reader of YAML ends the process or its stack. */
const DEEP: Readonly<Record<string, string>> = {
  'lists in a line': '- '.repeat(20_000),
  'lists in lines': lines(300, '-'),
  'maps in lines': lines(300, 'a:'),
  brackets: '['.repeat(30_000),
  braces: '{a: '.repeat(15_000),
  'brackets in lines': '[\n'.repeat(20_000),
  keys: '? '.repeat(20_000),
  'empty keys': ': '.repeat(20_000),
};

test.each(Object.keys(DEEP))('refused: %s', (name) => {
  const text = DEEP[name] ?? '';
  const path = join(tempDir(), 'mapping.yaml');
  writeFileSync(path, text);
  const told = (code: string): object =>
    expect.objectContaining({ code, message: expect.stringContaining('more than 50 levels') });
  expect(() => readMapping(path)).toThrow(told('E_MAPPING'));
  expect(() => parseConfig(text, 'c.yaml')).toThrow(told('E_CONFIG_YAML'));
});

test('brackets in texts, comments and many lists one after the other are no levels', () => {
  for (const text of ["a: '[[[['\n", 'a: x[[[ # [[[[\n', 'a: |\n  [ [ [\n  [ [\n', '- [1, 2]\n'])
    expect(() => requireShallow(text.replaceAll('a', 'abc').repeat(500)), text).not.toThrow();
  expect(() => requireShallow(lines(150, 'a:'))).not.toThrow();
});
