import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mergeRows, readEarlier } from './earlier.mjs';
import { rowsOf, verdict } from './rows.mjs';
import { engineTable, growthTables, youngerPeers } from './tables.mjs';

const peak = { fp32: { peak: 100 }, bf16: { peak: 200 } };

function training(ours: number, plain: number, tuned: number) {
  const job = {
    name: 'train',
    title: 'train',
    unit: 'slices/s',
    isMoreBetter: true,
    gflop: 10,
    targets: { plain: 2.5, tuned: 1.4, share: 0.7 },
  };
  const results = [
    { id: 'ours', median: ours, precision: 'fp32-winograd' },
    { id: 'plain', median: plain },
    { id: 'tuned', median: tuned },
  ];
  return rowsOf(job, results, peak)[0];
}

test('where a ratio and the share of the limit disagree, the share decides', () => {
  expect(verdict(training(8, 2, 4))).toBe('met');
  expect(verdict(training(8, 4, 4))).toBe('met by the share; below the aim: plain');
  expect(verdict(training(6, 1, 1))).toBe('not met: share');
});

test('extraction stands beside an engine that only runs networks, and is evaluated by it', () => {
  const job = {
    name: 'extract',
    title: 'extract',
    unit: 'slices/s',
    isMoreBetter: true,
    targets: { plain: 2, openvino: 1.05 },
  };
  const results = [
    { id: 'ours', median: 100, precision: 'bf16' },
    { id: 'plain', median: 40 },
    { id: 'openvino', label: 'OpenVINO 1, bf16', median: 99 },
  ];
  const [row] = rowsOf(job, results, null);
  expect(verdict(row)).toBe('not met: OpenVINO');
  const [title, , text] = engineTable([row], 1);
  expect(title).toBe('Beside OpenVINO 1, bf16:');
  expect(text).toContain('| extract | 100 slices/s | bf16 | 99.0 slices/s | 1.01 | ≥ 1.05× |');
  expect(engineTable([{ ...row, results: results.slice(0, 2) }], 1)).toEqual([]);
});

test('times are compared the other way round, and what was not measured is not evaluated', () => {
  const job = {
    name: 'whole',
    title: 'whole',
    unit: 's',
    isMoreBetter: false,
    targets: { plain: 2.4, tuned: 1.4 },
  };
  const [row] = rowsOf(
    job,
    [
      { id: 'ours', median: 10 },
      { id: 'plain', median: 30 },
    ],
    null,
  );
  expect(row.ratios.plain).toBe(3);
  expect(verdict(row)).toBe('not known whether met');
});

test('memory may have a limit of its own', () => {
  const job = {
    name: 'import',
    title: 'import',
    unit: 'slices/s',
    isMoreBetter: true,
    targets: { plain: 2 },
  };
  const verdicts = (megabytes: number) =>
    rowsOf(
      { ...job, memory: { megabytes } },
      [
        { id: 'ours', median: 200, peakMb: 400 },
        { id: 'plain', median: 100, peakMb: 100 },
      ],
      null,
    ).map(verdict);
  expect(verdicts(1024)).toEqual(['met', 'met']);
  expect(verdicts(400)).toEqual(['met', 'not met: memory']);
});

test('rows of an earlier call stay in their places unless they are measured again', () => {
  const row = (name: string, title: string, value: number, of?: string) => ({ name, title, value, of });
  const earlier = {
    rows: [row('train', 'train', 1), row('memory', 'memory of train', 1, 'train'), row('help', 'help', 1)],
  };
  const now = [row('extract', 'extract', 2), row('train', 'train', 2)];
  const merged = mergeRows(['train', 'extract', 'help'], earlier, now);
  expect(merged.map(({ name, value }) => [name, value])).toEqual([
    ['train', 2],
    ['memory', 1],
    ['extract', 2],
    ['help', 1],
  ]);
});

test('rows of another machine are refused, and an empty folder has none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'radweave-bench-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const settings = { quick: false, workers: 2 };
  expect(readEarlier(folder, { cpu: 'a', cores: 2 }, settings)).toBeNull();
  const earlier = { machine: { cpu: 'a', cores: 2 }, settings, rows: [] };
  writeFileSync(join(folder, 'benchmarks.json'), JSON.stringify(earlier));
  expect(readEarlier(folder, { cpu: 'a', cores: 2 }, settings)).toEqual(earlier);
  expect(() => readEarlier(folder, { cpu: 'b', cores: 2 }, settings)).toThrow(/cpu a then, b now/);
});

test('beside another PyTorch the ratios are those of ours on its libtorch', () => {
  const job = { name: 'train', title: 'train', unit: 'slices/s', isMoreBetter: true, targets: {} };
  const sides = { ours: 10, 'plain-2.0': 4, 'compiled-2.0': 5, 'ours-2.0': 12 };
  const results = Object.entries(sides).map(([id, median]) => ({ id, median, values: [median] }));
  const text = youngerPeers(rowsOf(job, results, null), 3).join('\n');
  expect(text).toContain(
    '| train (1 round) | 12.0 slices/s | 4.00 slices/s |  | 5.00 slices/s | 3.00 |  | 2.40 |',
  );
});

test('growth has a line per size, with the memory of each stage', () => {
  const job = { title: 'extract', unit: 'slices/s', isMoreBetter: true, targets: {}, memory: {} };
  const rows = ['1k', '10k'].flatMap((size, i) =>
    rowsOf(
      { ...job, name: `growth-${size}-extract` },
      [{ id: 'ours', median: 100 + i, peakMb: 400 + i, values: [1] }],
      null,
    ),
  );
  expect(growthTables(rows, 1)).toContain(
    '| slices | extract | memory |\n| --- | --- | --- |\n| 1k | 100 slices/s | 400 MB |\n| 10k | 101 slices/s | 401 MB |',
  );

  const patients = rowsOf(
    { ...job, unit: 's', isMoreBetter: false, name: 'patients-2k-report' },
    [{ id: 'ours', median: 3, peakMb: 400, values: [3] }],
    null,
  );
  const both = growthTables([...rows, ...patients], 1);
  expect(both).toContain('| patients | report | memory |\n| --- | --- | --- |\n| 2k | 3.00 s | 400 MB |');
  expect(both.filter((line: string) => line.includes('| slices |'))).toHaveLength(1);
});
