import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { importFiles, readImported } from '@radweave/artifacts';
import { decodeSlice } from '@radweave/imaging';
import { madeUpNifti } from '@radweave/importing/testing/made-up-nifti';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { filesBelow, needShared, peersPython, peerTest, python, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { ImportOptions } from '../work/import-options.ts';
import { importOptions, SMALL_PIXELS } from './import.options.test.data.ts';
import { importStage } from './import.ts';

const PIXELS = {
  ...SMALL_PIXELS,
  ...{ window: '100/200', mr: 'percentiles:0:100', size: 16, fit: 'stretch' },
} as const;

function optionsIn(folder: string, more: Partial<ImportOptions> = {}): ImportOptions {
  const own = { kind: 'nifti', volumes: { type: 'CT', plane: 'axial' }, pixels: PIXELS } as const;
  return importOptions(folder, 'files', { ...own, ...more });
}

/** Volumes of 16×16×3 voxels whose values grow from slice to slice; of four dimensions where there are several. */
function writeVolume(folder: string, name: string, volumes = 1, first = 0): void {
  const path = join(folder, 'files', name);
  mkdirSync(dirname(path), { recursive: true });
  const shape = volumes === 1 ? [16, 16, 3] : [16, 16, 3, volumes];
  const bytes = madeUpNifti({ shape, steps: [1, 1, 5], values: (i) => first + 10 * Math.floor(i / 256) });
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(bytes) : bytes);
}

const rowsIn = (options: ImportOptions) => readImported(importFiles(options.records).table);

test('volumes of two hospitals become slices in order, once, with windows, pseudonyms and all decisions', async () => {
  const folder = tempDir();
  writeVolume(folder, 'JM/grade0/1/A.nii.gz');
  writeVolume(folder, 'JM/grade0/1/mask.nii.gz');
  writeVolume(folder, 'SY/grade1/1/A.nii', 1, 100);
  writeFileSync(join(folder, 'files', 'participants.json'), '{}');
  const options = optionsIn(folder, { hospital: null, label: null, modalities: ['A'] });
  expect(await importStage(options, silentContext())).toMatchObject({
    written: 2,
    files: 4,
    leftOut: { 'it is not a NIfTI file': 1 },
    series: [{ modality: '-' }, { modality: 'A', patients: 2, series: 2, slices: 6 }],
  });
  const rows = rowsIn(options);
  expect(rows.map(({ hospital, label, position }) => [hospital, label, position])).toEqual(
    expect.arrayContaining(
      [0, 5, 10].flatMap((at) => [
        ['JM', '0', at],
        ['SY', '1', at],
      ]),
    ),
  );
  expect(rows[0]).toMatchObject({
    because: 'its own name',
    unit: 'HU',
    low: 0,
    high: 200,
    plane: 'axial',
    thickness: 5,
  });
  const gray = (hospital: string): number[] =>
    rows
      .filter((row) => row.hospital === hospital)
      .map(({ file }) => decodeSlice(readFileSync(join(options.output, file)), file).min);
  expect(gray('JM')).toEqual([0, 13, 26]);
  expect(gray('SY')).toEqual([128, 140, 153]);
  const [first = ''] = filesBelow(options.output);
  const { mtimeMs } = statSync(first);
  expect(await importStage(options, silentContext())).toMatchObject({ written: 0, unchanged: 2 });
  expect(statSync(first).mtimeMs).toBe(mtimeMs);
  writeVolume(folder, 'SY/grade1/1/A.nii', 1, 90);
  expect(await importStage(options, silentContext())).toMatchObject({ written: 1, unchanged: 1 });
});

test('volumes of a file of four dimensions are modalities that the mapping names', async () => {
  const folder = tempDir();
  writeVolume(folder, 'case/perfusion.nii.gz', 2);
  const options = optionsIn(folder);
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT_OPEN',
    message: expect.stringMatching(
      /it is not clear which modality 2 of 2 series are\n.*'perfusion volume 1 of 2'.*\n.*'perfusion volume 2 of 2'/,
    ),
  });
  const { mapping } = importFiles(options.records);
  const rules = [1, 2].map((volume) => `  - { modality: V${volume}, description: 'volume ${volume} of' }\n`);
  writeFileSync(mapping, readFileSync(mapping, 'utf8').replace('rules:\n', `rules:\n${rules.join('')}`));
  await importStage(options, silentContext());
  const lasts = rowsIn(options).filter(({ position }) => position === 10);
  const found = lasts.map(({ modality, file }) => [
    modality,
    decodeSlice(readFileSync(join(options.output, file)), file).max,
  ]);
  // From 0 to 200 HU: the second volume goes on where the first one ends.
  expect(Object.fromEntries(found)).toEqual({
    V1: Math.round((20 * 255) / 200),
    V2: Math.round((50 * 255) / 200),
  });
});

test('files that no pattern fits stop with a list, and patterns settle whose they are or leave them out', async () => {
  const folder = tempDir();
  writeVolume(folder, 'P1.nii');
  writeVolume(folder, 'Thumbs (1).nii');
  const options = optionsIn(folder, { modalities: ['A'] });
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT_OPEN',
    exitCode: 3,
    message: expect.stringContaining(
      'it is not clear which patients 2 files belong to\n  - P1.nii\n  - Thumbs (1).nii',
    ),
    hint: expect.stringContaining("'^(?<leave_out>P1\\.nii)$'"),
  });
  const { mapping } = importFiles(options.records);
  const edited = readFileSync(mapping, 'utf8')
    .replace(
      'files:\n',
      () => "files:\n  - '(?<leave_out>Thumbs \\(1\\)\\.nii)'\n  - '^(?<patient>P\\d+)\\.nii$'\n",
    )
    .replace('rules:\n', 'rules:\n  - { modality: A }\n');
  writeFileSync(mapping, edited);
  expect(await importStage(options, silentContext())).toMatchObject({
    written: 1,
    leftOut: { 'a pattern of mapping.yaml leaves it out': 1 },
  });
});

test('a folder called as a hospital of the table names nobody; an ID that the table has not is shown beside one of it', async () => {
  const folder = tempDir();
  for (const name of ['JM/1_A.nii', 'SY/1_A.nii', 'new/2_A.nii']) writeVolume(folder, name, 1, name.length);
  const table = join(folder, 'patients.csv');
  writeFileSync(table, 'patient,hospital,label\n1,JM,0\n1,SY,1\n2,SY,1\n');
  const options = optionsIn(folder, { table, hospital: null, label: null, modalities: ['A'] });
  const context = listening();
  expect(await importStage(options, context)).toMatchObject({ written: 2 });
  expect(rowsIn(options).map(({ hospital, label }) => [hospital, label])).toEqual(
    expect.arrayContaining([
      ['JM', '0'],
      ['SY', '1'],
    ]),
  );
  expect(context.said.join('\n')).toContain(
    "1 image left out: the patients are not in the table, such as 'new' of new/2_A.nii (the table has '1'); where paths are misread, patterns of `files` in mapping.yaml say which part is the patient. All are listed",
  );
});

test('the pattern that is proposed leaves this file out and no other', async () => {
  const folder = tempDir();
  for (const path of ["1'.nii", "P1/11'.nii", "P1/1'.nii"]) writeVolume(folder, path);
  const options = optionsIn(folder, { modalities: ['A'] });
  const { mapping } = importFiles(options.records);
  mkdirSync(options.records, { recursive: true });
  writeFileSync(
    mapping,
    'files:\n  - \'^(?<patient>[^/]+)/(?<series>.*)\'\nrules:\n  - { modality: A, description: "11" }\ndecisions: {}\n',
  );
  const error: unknown = await importStage(options, silentContext()).catch((thrown: unknown) => thrown);
  const [, pattern = ''] = /such as (\S+), then/.exec(String(Object(error).hint)) ?? [];
  writeFileSync(
    mapping,
    readFileSync(mapping, 'utf8').replace('files:\n', () => `files:\n  - ${pattern}\n`),
  );
  expect(await importStage({ ...options, dryRun: true }, silentContext())).toMatchObject({
    leftOut: { 'a pattern of mapping.yaml leaves it out': 1 },
  });
});

test('other cuts, or another meaning of the values, make the slices anew', async () => {
  const folder = tempDir();
  const path = join(folder, 'files', 'P1', 'A.nii');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, madeUpNifti({ shape: [8, 8, 8], values: (i) => i }));
  const done = async (volumes: ImportOptions['volumes']): Promise<unknown[]> => {
    const options = optionsIn(folder, { modalities: ['A'], volumes });
    const { written } = await importStage(options, silentContext());
    const [row] = rowsIn(options);
    return [written, row?.plane, row?.how.split('; ')[0]];
  };
  expect(await done({ type: 'CT', plane: 'axial' })).toEqual([1, 'axial', 'window']);
  expect(await done({ type: 'CT', plane: 'coronal' })).toEqual([1, 'coronal', 'window']);
  expect(await done({ type: 'MR', plane: 'coronal' })).toEqual([
    1,
    'coronal',
    expect.stringMatching(/^percentiles/),
  ]);
  expect(await done({ type: 'MR', plane: 'coronal' })).toEqual([0, 'coronal', expect.anything()]);
});

test('volumes of two folders that are called alike are never one stack, also where their slices lie between each other', async () => {
  const folder = tempDir();
  for (const [visit, z] of [
    ['v1', 0],
    ['v2', 2.4],
  ] as const) {
    const path = join(folder, 'files', visit, 'P1', 'A.nii');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      madeUpNifti({ shape: [8, 8, 3], steps: [1, 1, 5], origin: [0, 0, z], values: (i) => i + z * 10 }),
    );
  }
  await expect(importStage(optionsIn(folder, { modalities: ['A'] }), silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT_OPEN',
    message: expect.stringContaining('2 volumes have the same patient and series'),
  });
});

test('a row of the table is not one patient of two hospitals', async () => {
  const folder = tempDir();
  writeVolume(folder, 'JM/grade0/1/A.nii');
  writeVolume(folder, 'SY/grade0/1/B.nii', 1, 100);
  const table = join(folder, 'patients.csv');
  writeFileSync(table, 'patient_id,hospital,label\n1,JM,0\n');
  const options = optionsIn(folder, { hospital: null, label: null, table, modalities: ['A', 'B'] });
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT',
    message: expect.stringContaining('two hospitals'),
  });
});

test('one ID below two folders is told: perhaps two people', async () => {
  const folder = tempDir();
  writeVolume(folder, 'east/1/A.nii');
  writeVolume(folder, 'west/1/B.nii', 1, 100);
  writeVolume(folder, 'west/2/A.nii', 1, 50);
  writeVolume(folder, 'west/sub-3/sub-3_A.nii', 1, 60);
  writeVolume(folder, 'west/sub-3/anat/sub-3_B.nii', 1, 70);
  const context = listening();
  await importStage(optionsIn(folder, { modalities: ['A', 'B'] }), context);
  expect(context.said.filter((text) => text.startsWith('warning:'))).toEqual([
    expect.stringMatching(
      /^warning: 1 patient has files .* HN-\d{6} below east and west: perhaps two people/,
    ),
  ]);
});

test('one patient below two labels is refused, and a file that is cut off is left out', async () => {
  const folder = tempDir();
  writeVolume(folder, 'JM/grade0/1/A.nii');
  writeVolume(folder, 'JM/grade1/1/P.nii');
  const options = optionsIn(folder, { hospital: null, label: null, modalities: ['A', 'P'] });
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    message: expect.stringContaining('one patient has the labels 0 and 1'),
  });
  rmSync(join(folder, 'files', 'JM', 'grade1'), { recursive: true });
  const whole = readFileSync(join(folder, 'files/JM/grade0/1/A.nii'));
  writeFileSync(join(folder, 'files/JM/grade0/1/P.nii'), whole.subarray(0, 1000));
  const { leftOut } = await importStage(options, silentContext());
  expect(leftOut).toEqual({ 'the voxels need 1888 bytes, and the file has 1000: it is cut off': 1 });
});

peerTest(
  'a volume that dcm2niix made of DICOM files gives the slices of these files',
  ['dcm2niix'],
  async (context) => {
    const shared = needShared(context, 'data/dicom/mr-structural');
    const folder = tempDir();
    mkdirSync(join(folder, 'files', 'P1'), { recursive: true });
    const convert =
      'import subprocess, sys; subprocess.run([sys.executable, "-m", "dcm2niix", *sys.argv[1:]], check=True)';
    const args = ['-z', 'y', '-f', 'T1', '-o', join(folder, 'files', 'P1'), shared];
    python(convert, { args, interpreter: peersPython() });
    const nifti = optionsIn(folder, { volumes: { type: 'MR', plane: 'axial' } });
    const apart = { output: join(folder, 'raw2'), records: join(folder, 'import2') };
    await importStage(nifti, silentContext());
    await importStage({ ...nifti, ...apart, kind: 'dicom', volumes: null, root: shared }, silentContext());
    const [ours, theirs] = [nifti.output, apart.output].map((path) =>
      filesBelow(path).map((one) => readFileSync(one)),
    );
    expect(ours).toHaveLength(80);
    expect(ours).toEqual(theirs);
  },
);
