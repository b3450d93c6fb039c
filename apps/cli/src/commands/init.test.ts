import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfig, parseConfig } from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { main } from '../main.ts';

/** Hospitals with patients per grade, each patient with folders of these names. */
function writeCohort(root: string, hospitals: Record<string, number[]>, folders: string[]): void {
  for (const [hospital, grades] of Object.entries(hospitals)) {
    for (const [grade, count] of grades.entries()) {
      for (let i = 0; i < count; i++) {
        const patient = join(root, hospital, `grade${grade}`, `${hospital}${grade}${i}`);
        for (const folder of folders) mkdirSync(join(patient, folder), { recursive: true });
      }
    }
  }
}

async function init(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] };
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => said[stream].push(String(text)) > 0);
  }
  const code = await main(['init', ...args]);
  vi.restoreAllMocks();
  return { code, out: said.stdout.join(''), err: said.stderr.join('') };
}

test('the configuration names the modalities most patients have and the largest hospital that can be divided', async () => {
  const root = join(tempDir(), 'raw');
  writeCohort(root, { Large: [9, 0, 0], Middle: [4, 3, 2], Small: [2, 2, 2] }, ['动脉期', 'P']);
  writeCohort(root, { Small: [1] }, ['T2']);
  const output = join(root, '..', 'my study', 'config.yaml');
  const { code, out } = await init('--root_dir', root, '--output', output);
  expect(code).toBe(0);
  const text = readFileSync(output, 'utf8');
  const { data, model, ...others } = parseConfig(text, output);
  const { data: usualData, model: usualModel, ...usual } = defaultConfig();
  expect(others).toEqual(usual);
  expect(data).toEqual({
    ...usualData,
    root_dir: root,
    modalities: ['P', '动脉期'],
    home_hospital: 'Middle',
  });
  expect(model).toEqual({ ...usualModel, num_classes: 3 });
  expect(text.replaceAll(/\n *# /g, ' ')).toMatch(
    /^# Drafted by radweave init from the folders in .*raw\. Flags/,
  );
  expect(text).toMatch(/^ {2}# \w.+\n {2}home_hospital: Middle$/m);
  expect(out).toMatch(/^T2 +1 +left out/m);
  expect(out).toMatch(/^Middle +4 +3 +2 +home/m);
  expect(out).toContain(`npx radweave run --config '${output}'`);
});

test('a patient who has slices in several folds counts once, with what all of them hold', async () => {
  const root = join(tempDir(), 'raw');
  writeCohort(root, { Small: [2, 2] }, ['A']);
  for (const fold of [1, 2]) {
    for (const patient of ['grade0/1', 'grade0/2', 'grade0/3', 'grade1/4', 'grade1/5', 'grade1/6'])
      mkdirSync(join(root, 'Large', `fold${fold}`, patient, 'A'), { recursive: true });
  }
  mkdirSync(join(root, 'Large', 'fold2', 'grade0', '1', 'P'));
  const { out } = await init('--root_dir', root, '--output', join(root, '..', 'config.yaml'));
  expect(out).toMatch(/^Small +2 +2/m);
  expect(out).toMatch(/^P +1 +left out/m);
  expect(out).toMatch(/^Large +3 +3 +home/m);
});

/** Black PNG files, by their sizes. */
const PNG = {
  '48×48': 'iVBORw0KGgoAAAANSUhEUgAAADAAAAAwAQAAAAB/ecQqAAAADUlEQVR42mNgGAXUBAABUAABNLg62QAAAABJRU5ErkJggg==',
  '64×64': 'iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQAAAACCEkxzAAAAD0lEQVR42mNgGAWjgHwAAAJAAAHgTR1EAAAAAElFTkSuQmCC',
  '40×64': 'iVBORw0KGgoAAAANSUhEUgAAACgAAABAAQAAAABAIgj3AAAADUlEQVR42mNgGAUDCQABgAABa8sh/AAAAABJRU5ErkJggg==',
};

test.each<[sizes: (keyof typeof PNG)[], written: object, said: string]>([
  [['48×48'], { image_size: 48, resize: false }, '48×48 pixels (8 folders); written: data.image_size: 48.'],
  [
    ['64×64', '48×48'],
    { resize: true },
    '48×48 pixels (4 folders); written: data.resize: true brings them to ',
  ],
  [['48×48', '40×64'], { image_size: 224, resize: 'pad' }, '224×224, with black margins'],
])('of slices of %s the configuration takes the size, and says so', async (sizes, written, said) => {
  const root = join(tempDir(), 'raw');
  writeCohort(root, { JM: [4, 4] }, ['A']);
  for (const label of [0, 1]) {
    for (let i = 0; i < 4; i++) {
      const png = Buffer.from(PNG[sizes[i % sizes.length] ?? '48×48'], 'base64');
      writeFileSync(join(root, 'JM', `grade${label}`, `JM${label}${i}`, 'A', '1.png'), png);
    }
  }
  const output = join(root, '..', 'c.yaml');
  const { out } = await init('--root_dir', root, '--output', output);
  expect(parseConfig(readFileSync(output, 'utf8'), output).data).toMatchObject(written);
  expect(out).toContain(said);
});

test('a file that is there is kept, and a folder without the layout is an error', async () => {
  const root = tempDir();
  expect(await init('--root_dir', root)).toMatchObject({
    code: 2,
    err: expect.stringContaining('no patient folder was found'),
  });
  writeCohort(root, { JM: [2, 2] }, ['A']);
  const output = join(root, 'config.yaml');
  writeFileSync(output, 'mine');
  expect(await init('--root_dir', root, '--output', output)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/exists already and is kept/),
  });
  expect(readFileSync(output, 'utf8')).toBe('mine');
});

test.each([
  ['beside folders without classes', (id: number) => `JM/${id}`, 'Case;Center;Diagnosis', ''],
  [
    'with folders of its own',
    (id: number) => `any/where/${id}`,
    'Case;Center;Diagnosis;Folder',
    'any/where/',
  ],
])('a table tells hospitals and classes %s', async (_, placeOf, header, folder) => {
  const root = join(tempDir(), 'raw');
  const rows = [1, 2, 3, 4, 5].map((id) => {
    for (const modality of ['A', 'P']) {
      const place = join(root, placeOf(id), modality);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, '1.png'), '');
    }
    const cells = [id, 'JM', id % 2 === 0 ? 'malignant' : 'benign'];
    return [...cells, ...(folder === '' ? [] : [`${folder}${id}`])].join(';');
  });
  const table = join(root, '..', 'patients.csv');
  writeFileSync(table, [header, ...rows].join('\n'));
  const output = join(root, '..', 'config.yaml');
  const flags = ['--table', table, '--table_columns', 'label=Diagnosis', '--output', output];
  const { code, out } = await init('--root_dir', root, ...flags);
  expect(code).toBe(0);
  expect(out).toMatch(/^JM +3 +2 +home/m);
  const { data } = parseConfig(readFileSync(output, 'utf8'), output);
  expect(data).toMatchObject({
    table,
    table_columns: ['label=Diagnosis'],
    labels: ['benign', 'malignant'],
    modalities: ['A', 'P'],
    home_hospital: 'JM',
  });
  expect(out).not.toContain('do not agree');
  writeFileSync(table, [header, ...rows.slice(1)].join('\n'));
  const again = await init('--root_dir', root, ...flags.slice(0, -1), `${output}2`);
  if (folder === '') expect(again.out).toContain('Table and folders do not agree in 1 point');
});

test('columns of a table that is not given are an error', async () => {
  const root = tempDir();
  writeCohort(root, { JM: [2, 2] }, ['A']);
  const output = join(root, 'config.yaml');
  expect(
    await init('--root_dir', root, '--table_columns', 'label=Diagnosis', '--output', output),
  ).toMatchObject({
    code: 2,
    err: expect.stringContaining('--table_columns'),
  });
  expect(existsSync(output)).toBe(false);
});
