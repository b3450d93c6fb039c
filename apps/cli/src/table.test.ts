import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { table } from './table.ts';
import { paragraph } from './terminal-width.ts';

const HEADER = ['model', 'patients', 'what it is'];

test('columns are as wide as their longest cell, numbers stand to the right', () => {
  expect(
    table(
      HEADER,
      [
        ['A', 7, 'short'],
        ['fused', null, 'x'],
      ],
      80,
    ),
  ).toBe(
    [
      'model  patients  what it is',
      '-----  --------  ----------',
      'A             7  short',
      'fused       n/a  x',
    ].join('\n'),
  );
});

test('a sentence is not wrapped before a percent sign', () => {
  expect(paragraph('no model (no 95 % interval of it) is', 18)).toBe(
    'no model (no\n  95 % interval of\n  it) is',
  );
});

test('a table wider than the terminal wraps its widest cells between words, and loses none of them', () => {
  const words = 'a network with shifted windows that is trained on slices of several hospitals';
  const lines = table(HEADER, [['swin_tiny_patch4_window7_224', 120, `${words} ${words}`]], 60).split('\n');
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(60);
  const column = lines.slice(2).map((line) => line.slice(lines[0]?.indexOf('what it is')).trim());
  expect(column.join(' ').replaceAll(/\s+/g, ' ').trim()).toBe(`${words} ${words}`);
});

test('a word longer than its column is cut on a terminal, never dropped, and whole in a file', () => {
  const path = '/data/'.repeat(20);
  const lines = table(['file'], [[path]], 40, true).split('\n');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  expect(lines.slice(2).join('')).toBe(path);
  const written = table(['file', 'why'], [[path, 'far from the others']], 40, false).split('\n');
  expect(written.slice(2).join(' ').split(/ +/)).toEqual([path, 'far', 'from', 'the', 'others']);
});

test('Chinese names take two columns a character', () => {
  const [, , first, second] = table(
    ['hospital', 'n'],
    [
      ['江门市中心医院', 12],
      ['JM', 3],
    ],
    80,
  ).split('\n');
  expect(stringWidth(first ?? '')).toBe(stringWidth(second ?? ''));
});
