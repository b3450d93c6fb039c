import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { applyOverrides, defaultConfig, describedFlags, settingKeys } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import type { SomeStage } from '../declare/stage.ts';
import { STAGES } from './index.ts';

const stages: readonly SomeStage[] = STAGES;
const commands = stages.flatMap(({ command }) => (command === undefined ? [] : [command]));
const readme = fileURLToPath(new URL('../../../../README.md', import.meta.url));

test('every flag sets a key that exists, to a value it allows, and is the only one of its name', () => {
  for (const name of new Set(commands.map((one) => one.name))) {
    const all = commands.filter((one) => one.name === name);
    const declared = all.flatMap(({ configFlags = [] }) => configFlags);
    const flags = describedFlags(declared);
    expect(flags).toHaveLength(declared.length);
    const own = Object.keys(Object.assign({}, ...all.map((one) => one.flags)));
    const names = [...flags.map(({ flag }) => flag), ...own];
    expect(new Set(names).size, name).toBe(names.length);
    for (const { flag, key, value, description, describes } of flags) {
      if (value !== undefined) expect(() => applyOverrides(defaultConfig(), [[key, value]])).not.toThrow();
      // A flag that switches something off must not be described by what it switches off.
      if (describes.default === true && value === 'false') {
        expect(description, flag).not.toBe(describes.description);
        expect(description, flag).toMatch(/\b(without|not|no|keep)\b/i);
      }
    }
  }
});

/** Where files are, what is kept and how fast, which changes no result; and what a stage is told by name. */
const OTHERS = [
  ...[
    'data.root_dir',
    'data.splits_dir',
    'data.features_dir',
    'data.table',
    'data.study_key',
    'data.modalities',
  ],
  ...['data.num_workers', 'preprocess.log_dir', 'fusion.output_dir'],
  ...['experiment.output_dir', 'experiment.name', 'experiment.save_last'],
];

test('every flag of a command sets what one of its stages counts', () => {
  for (const { name } of commands) {
    const own = stages.filter((stage) => stage.command?.name === name);
    // `fuse` goes on with an evaluation.
    const all = name === 'fuse' ? [...own, ...stages.filter((stage) => stage.name === 'evaluate')] : own;
    const counted: readonly string[] = [...settingKeys(all.flatMap(({ settings }) => settings)), ...OTHERS];
    const flags = own.flatMap(({ command }) => command?.configFlags ?? []);
    const idle = flags.filter(({ key }) => !counted.includes(key));
    expect(idle.map(({ flag }) => `${name} --${flag}`)).toEqual([]);
  }
});

test('a name is that of one stage, and a command has one summary', () => {
  expect(new Set(stages.map(({ name }) => name)).size).toBe(stages.length);
  for (const { name } of commands) {
    const summaries = commands.filter((one) => one.name === name && one.summary !== undefined);
    expect(summaries, name).toHaveLength(1);
  }
});

test('the table of the README is that of the stages (vitest --update writes it again)', async () => {
  const rows = commands
    .filter(({ leaves }) => leaves !== '')
    .map(({ name, shownAs = `\`${name}\``, leaves }) => `| ${shownAs} | ${leaves} |`);
  const table = ['| command | leaves |', '|---|---|', ...rows, ''].join('\n');
  const text = readFileSync(readme, 'utf8');
  const pattern = /\| command \| leaves \|\n(?:\|.*\n)+/;
  expect(text).toMatch(pattern);
  await expect(text.replace(pattern, () => table)).toMatchFileSnapshot(readme);
});
