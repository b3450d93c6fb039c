import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { type Mapping, readMapping, writeMapping } from './mapping.ts';

const fileOf = (text: string): string => {
  const path = join(tempDir(), 'mapping.yaml');
  writeFileSync(path, text);
  return path;
};

test('rules and decisions come back as they were, whatever their patterns and names hold', () => {
  const path = join(tempDir(), 'mapping.yaml');
  expect(readMapping(path)).toBeNull();
  const mapping: Mapping = {
    rules: [
      { modality: 'A', type: 'CT', description: "\\b(art|o'clock)\\b: #1", contrast: true, delay: [15, 45] },
      { modality: '-', kernel: '"bone"' },
      { inversion_time: [1, 2], modality: 'T2', echo_time: [70, 400] },
    ],
    decisions: { '34c687fd5b9a6d07': 'A', '1234567890123456': '-' },
  };
  const series = {
    series: '12',
    patient: 'p: 1',
    modality: '?',
    because: "'x'",
    description: '- a',
    looks: 'CT',
  };
  writeMapping(path, mapping, [{ ...series, slices: 3 }]);
  expect(readMapping(path)).toEqual(mapping);
  const text = readFileSync(path, 'utf8');
  writeMapping(path, readMapping(path) ?? mapping, [{ ...series, slices: 3 }]);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('empty lists come back empty', () => {
  const path = join(tempDir(), 'mapping.yaml');
  const mapping = { files: [], rules: [], decisions: {} };
  writeMapping(path, mapping, []);
  expect(readMapping(path)).toEqual(mapping);
});

test('lists with nothing below them are empty', () => {
  expect(readMapping(fileOf('files:\nrules:\ndecisions:\n'))).toEqual({
    files: [],
    rules: [],
    decisions: {},
  });
});

test.each<[what: string, text: string, messages: readonly RegExp[]]>([
  ['no YAML', 'rules: [', [/mapping.yaml cannot be used/]],
  [
    'a decision twice',
    'rules: []\ndecisions: { "1": A, "1": P }',
    [/keys must be unique: "1" is there twice/],
  ],
  [
    'many faults',
    `rules: []\ndecisions: {${Array.from({ length: 20_000 }, (_, i) => `"${i}": "../x"`).join()}}`,
    [/used: decisions\.0: '\.\.\/x' cannot be the name/],
  ],
  [
    'faults, each with its place',
    'rules:\n  - { modality: A/B, description: "(" }\n  - { type: CT, kernal: x }\ndecisions: { "1": "../x" }',
    [
      /rules\.0\.modality: 'A.B' cannot be the name/,
      /rules\.0\.description: is not a reg/,
      /rules\.1.*kernal/,
      /decisions\.1: /,
    ],
  ],
])('refused: %s', (_, text, messages) => {
  const read = (): unknown => readMapping(fileOf(text));
  expect(read).toThrow(expect.objectContaining({ code: 'E_MAPPING', exitCode: 3 }));
  for (const message of messages) expect(read).toThrow(message);
});
