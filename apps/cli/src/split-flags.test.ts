// The command that a message prints to make a split again, followed literally: it makes the split that was there.
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SPLIT_SETTINGS } from '@radweave/artifacts';
import { generatePhantomCohort, type PhantomPatient } from '@radweave/phantom';
import { tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { main } from './main.ts';

async function radweave(args: readonly string[]): Promise<{ code: number; text: string }> {
  const said: string[] = [];
  const spies = [process.stderr, process.stdout].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => said.push(String(text)) > 0),
  );
  try {
    return { code: await main(args), text: said.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const cohortIn = (folder: string): readonly PhantomPatient[] =>
  generatePhantomCohort(folder, {
    seed: 1,
    patientsPerHospital: 4,
    homePatients: 8,
    slicesPerModality: 1,
    size: 32,
  }).patients;

/** The words of a printed command, none of which holds a space but in quotes. */
function printedIn(text: string): string[] {
  const [, line = ''] = /radweave (preprocess .*?) again/.exec(text) ?? [];
  return [...line.matchAll(/'([^']*)'|\S+/g)].map(([word, inner]) => inner ?? word);
}

/** How the split is made: by flags, by `--set`, or by a file. */
const MADE: Record<string, readonly string[]> = {
  flags: [
    '--table',
    'my patients.csv',
    '--table_columns',
    'label=Class',
    '--seed',
    '7',
    '--image_size',
    '32',
  ],
  sets: ['--set', 'data.table=my patients.csv', 'data.table_columns=label=Class', 'data.image_size=32'],
  file: ['--config', 'study.yaml', '--relative_paths', '--missing', 'allow', '--train_ratio', '0.5'],
  'no table': ['--exclude_conflicts', '--set', 'data.image_size=32', 'data.resize=pad'],
};
/** What finds out that the split has changed, with settings of its own that are not those of the split. */
const FOUND = [
  'train --modality A --seed 3',
  'extract --modality P --set experiment.seed=5',
  'fuse --modalities A',
];

test.each(Object.entries(MADE))('a split made by %s', async (_, made) => {
  const here = process.cwd();
  process.chdir(tempDir());
  try {
    const lines = cohortIn('the raw').map(
      ({ patient, hospital, label }, i) => `${patient},${hospital},${label},5${i}`,
    );
    writeFileSync('my patients.csv', ['patient,hospital,Class,age', ...lines, ''].join('\n'));
    writeFileSync(
      'study.yaml',
      'data: {table: my patients.csv, table_columns: [label=Class], image_size: 32}\n',
    );
    const first = await radweave(['preprocess', '--root_dir', 'the raw', ...made]);
    expect(first, first.text).toMatchObject({ code: 0 });
    const splits = join('data', 'splits');
    const files = [
      'summary.json',
      'train_A.csv',
      'cohort.csv',
      ...(made.includes('--exclude_conflicts') ? [] : ['clinical.csv']),
    ];
    const state = (): string[] => files.map((name) => readFileSync(join(splits, name), 'utf8'));
    const before = state();
    const config = made.slice(0, made[0] === '--config' ? 2 : 0);
    for (const command of FOUND) {
      appendFileSync(join(splits, 'train_A.csv'), 'x,0\n');
      appendFileSync(join(splits, 'train_P.csv'), 'x,0\n');
      const { text } = await radweave([...command.split(' '), ...config]);
      const printed = printedIn(text);
      expect(printed[0], text).toBe('preprocess');
      const again = await radweave(printed);
      expect(again, again.text).toMatchObject({ code: 0 });
      expect(state()).toEqual(before);
    }
    const { made_with } = JSON.parse(before[0] ?? '');
    expect(Object.keys(made_with)).toEqual(expect.arrayContaining([...SPLIT_SETTINGS]));
  } finally {
    process.chdir(here);
  }
});

test('a place that the user names, or that is gone, is that of now', async () => {
  const here = process.cwd();
  process.chdir(tempDir());
  try {
    cohortIn('raw');
    mkdirSync('other');
    await radweave([
      'preprocess',
      '--root_dir',
      'raw',
      '--modalities',
      'A',
      '--image_size',
      '32',
      '--output_dir',
      's',
    ]);
    appendFileSync(join('s', 'train_A.csv'), 'x,0\n');
    const train = ['train', '--modality', 'A', '--splits_dir', 's'];
    const own = ['preprocess', '--output_dir', 's', '--modalities', 'A', '--image_size', '32'];
    const printed = async (...more: string[]): Promise<string[]> =>
      printedIn((await radweave([...train, ...more])).text);
    expect(await printed()).toEqual(['preprocess', '--root_dir', 'raw', ...own.slice(1)]);
    expect(await printed('--set', 'data.root_dir=other')).toEqual([
      'preprocess',
      '--root_dir',
      'other',
      ...own.slice(1),
    ]);
    rmSync('raw', { recursive: true });
    expect(await printed()).toEqual(['preprocess', '--root_dir', 'raw', ...own.slice(1)]);
    writeFileSync('c.yaml', 'data: {root_dir: other}\n');
    expect(await printed('--config', 'c.yaml')).toEqual([
      'preprocess',
      '--config',
      'c.yaml',
      ...own.slice(1),
    ]);
  } finally {
    process.chdir(here);
  }
});
