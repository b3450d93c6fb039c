import { expect, test } from 'vitest';
import { merged, page, speedRows } from './tables.mjs';

const run = (made: string, results: object[]) => ({ made, pack: { commit: 'abcdef0123' }, results });
const row = (check: string, what: string, ok: boolean | null, value: unknown = '') => ({
  check,
  what,
  ok,
  value,
});

test('of several runs the last counts, and what was wrong stays until it, or a part of it, is evaluated again', () => {
  const first = run('2026-01-01T00:00', [
    row('graphs', 'equal/a', false),
    row('graphs', 'equal/ab', false),
    row('networks', 'b bf16', false),
    row('operators', '3 cases', false),
  ]);
  const second = run('2026-01-02T00:00', [
    row('graphs', 'equal/a recorded', true),
    row('networks', 'b bf16', true),
  ]);
  const found = merged([first, second]).map(({ what, ok }) => [what, ok]);
  expect(found).toEqual([
    ['equal/ab', false],
    ['3 cases', false],
    ['equal/a recorded', true],
    ['b bf16', true],
  ]);
});

const speeds = [
  row('speed resnet18 32', 'ours', null, {
    slices_per_s: 900,
    command: 12,
    busy_percent: 50,
    memory_mib: 20,
  }),
  row('speed resnet18 32', 'plain', null, { slices_per_s: 300, loop: 8, memory_mib: 10 }),
  row('speed resnet18 32', 'tuned', null, { slices_per_s: 450, loop: 9, memory_mib: 6 }),
  row('compiled resnet18 32', 'compiled', null, { slices_per_s: 600, loop: 9, memory_mib: 6 }),
  row('speed extract', 'ours', null, { all: 100, from_ready: 150, command: 6 }),
  row('speed extract', 'plain', null, { slices_per_s: 100, seconds: 3 }),
  row('speed extract', 'tuned', null, { slices_per_s: 50, seconds: 6 }),
];

test('ratios to each peer are told beside the aims, and what misses them', () => {
  const [training, extraction] = speedRows(speeds);
  expect(training).toMatchObject({ times: { plain: 3, tuned: 2, compiled: 1.5 }, missed: ['tuned'] });
  expect(extraction).toMatchObject({ times: { plain: 1, tuned: 2 }, missed: ['better'] });
});

test('the page names the card, counts what is right, and lists what is wrong', () => {
  const machine = row('set-up', 'machine', null, { gpu: 'NVIDIA X', torch: '2.11.0' });
  const text = page([
    {
      ...run('2026-01-01T00:00', [machine, row('memory', 'is told', false, 'exit 1: a\nb'), ...speeds]),
      note: 'as it came',
    },
  ]);
  expect(text).toContain('| NVIDIA X |');
  expect(text).toContain('- 2026-01-01 00:00: as it came.');
  expect(text).toContain('| memory | 0 of 1 |');
  expect(text).toContain('- memory, is told (2026-01-01): `exit 1: a b`');
  expect(text).toContain(
    '| resnet18 32 | 900 (20 MiB) | 300 (10 MiB) | 450 (6 MiB) | 600 (6 MiB) | 3.00 | 2.00 | 1.50 | 50 %',
  );
});
