import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { readRejected, readSplit, splitPath } from '@radweave/artifacts';
import { encodePng } from '@radweave/imaging';
import { cohortConfig, listening, SIDE, slicePixels, writeSlice } from '@radweave/study/testing/cohort';
import { onPosix, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { cohort, patient, warned } from './oddities.test.data.ts';
import { preprocess } from './preprocess.ts';

test('an ordinary cohort has no warning', async () => {
  const { config } = cohort();
  expect(await warned(config)).toEqual([]);
});

test('a hospital that lacks a modality is named, with the folders that are there', async () => {
  const { raw, config } = cohort();
  for (const label of [0, 1]) {
    for (const index of [0, 1]) {
      const place = join(raw, patient('SY', label, index));
      renameSync(join(place, 'P'), join(place, label === 0 ? 'p' : 'P '));
    }
  }
  mkdirSync(join(raw, 'ZS/grade0/empty/A'), { recursive: true });
  expect(await warned(config)).toEqual([
    "SY: 4 of 4 patients lack P and are left out (grade0: 2, grade1: 2); folders that some of them have: 'P ', 'p'",
    "ZS: 1 of 5 patients lacks A and P and is left out (grade0: 1); without usable slices: 'A'",
  ]);
});

test('images outside the folders of modalities, folders inside them, and hospitals of almost one name are named', async () => {
  const { raw, config } = cohort();
  const place = join(raw, patient('SY', 0, 0));
  for (const path of [raw, join(raw, 'SY'), join(raw, 'SY/grade0'), place]) {
    writeFileSync(join(path, 'x.png'), encodePng({ width: SIDE, height: SIDE, pixels: slicePixels('x', 0) }));
  }
  renameSync(join(place, 'P'), join(place, 'p'));
  mkdirSync(join(place, 'P'));
  renameSync(join(place, 'p'), join(place, 'P/left'));
  mkdirSync(join(raw, 's y/grade0'), { recursive: true });
  renameSync(join(raw, patient('SY', 0, 1)), join(raw, 's y/grade0/SY001'));
  expect(await warned(config)).toEqual([
    "hospitals 'SY' and 's y' have almost the same name and were taken for different ones; if they are one, put their patients into one folder",
    "SY: 1 of 3 patients lacks P and is left out (grade0: 1); without usable slices: 'P'",
    '4 images or folders were not read, because slices are expected elsewhere, directly in a folder of their modality (SY/grade0/SY000/P/left, SY/grade0/SY000/x.png, SY/grade0/x.png, SY/x.png)',
    '1 image or folder was not read, because slices are expected elsewhere, directly in a folder of their modality (x.png)',
  ]);
});

test('folders that are not called like grades are named, and so are files of other formats', async () => {
  const { raw, config } = cohort();
  mkdirSync(join(raw, 'SY/notes/2020'), { recursive: true });
  renameSync(join(raw, 'ZS/grade0'), join(raw, 'ZS/benign'));
  renameSync(join(raw, 'ZS/grade1'), join(raw, 'ZS/bad; odd'));
  writeFileSync(join(raw, patient('SY', 0, 0), 'A', 'scan.dcm'), 'x');
  writeFileSync(join(raw, patient('SY', 0, 0), 'A', 'IM0001'), 'x');
  writeFileSync(join(raw, patient('SY', 0, 0), 'A', 'Thumbs.db'), 'x');
  writeFileSync(join(raw, 'JM/fold1/grade0/JM000/A/photo.jpg'), 'x');
  expect(await warned(config)).toEqual([
    "SY: folder 'notes' was not read, because it is not called grade0, grade1, …; it holds 1 folder",
    "ZS was not read, because no folder in it is called grade0, grade1, …; folders found there: 'bad; odd', 'benign'",
    `JM: files that are not PNG were not read (.jpg: 1), such as in ${join(raw, 'JM/fold1/grade0/JM000/A')}; radweave import images can make slices of them`,
    `SY: files that are not PNG were not read (without an extension: 1, .dcm: 1), such as in ${join(raw, patient('SY', 0, 0), 'A')}; radweave import dicom can make slices of them`,
  ]);
});

test('a class with a name among grades is a question, and --labels an answer', async () => {
  const { raw, config } = cohort();
  renameSync(join(raw, 'SY/grade1'), join(raw, 'SY/grad1'));
  await expect(preprocess({ config }, listening())).rejects.toThrow(
    expect.objectContaining({ code: 'E_LABELS', exitCode: 3, where: join(raw, 'SY/grad1') }),
  );
  config.data.labels = ['grade0', 'grade1'];
  expect(await warned(config)).toEqual([
    "SY: folder 'grad1' was not read, because it is not called grade0, grade1, …; it holds 2 folders",
  ]);
});

test('a class that is named and has nobody is told: the last by a warning, another by an error that names it', async () => {
  const { raw, config } = cohort();
  config.data.labels = ['grade0', 'grade1', 'severe'];
  const said = "no patient with usable slices is of the class 'severe'";
  expect(await warned(config)).toEqual([expect.stringContaining(said)]);
  // A folder of a class is a name too, though its patients lack a modality.
  config.data.labels = null;
  for (const hospital of ['JM', 'SY', 'ZS']) {
    const place = hospital === 'JM' ? join(raw, hospital, 'fold1') : join(raw, hospital);
    mkdirSync(join(place, 'grade2', `${hospital}020`, 'A'), { recursive: true });
  }
  expect((await warned(config)).filter((text) => text.includes('of the class'))).toEqual([]);
  config.data.labels = ['grade0', 'mild', 'grade1'];
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({
    code: 'E_LABELS',
    message: expect.stringMatching(/no patient .* is of the class mild.*leave it out of --labels/),
  });
});

test('a copy of a slice is told of', async () => {
  const { raw, config } = cohort();
  const place = join(raw, patient('SY', 0, 0), 'A');
  const [file = ''] = readdirSync(place);
  copyFileSync(join(place, file), join(place, 'copy (1).png'));
  expect(await warned(config)).toEqual([
    'SY, A: 1 slice shows the same image as another of the same patient and is counted as well (copy (1).png); remove them if they are copies',
  ]);
});

onPosix('pipes and hidden patients are passed over and counted', async () => {
  const { raw, config } = cohort();
  execFileSync('mkfifo', [join(raw, patient('SY', 0, 0), 'A', 'x.png')]);
  symlinkSync('x.png', join(raw, patient('SY', 0, 0), 'A', 'y.png'));
  for (const name of ['.x', '..x']) mkdirSync(join(raw, 'SY/grade0', name, 'A'), { recursive: true });
  const { summary } = await preprocess({ config }, listening());
  expect(summary.files).toMatchObject({
    'not a regular file (pipe, socket or device)': 2,
    'hidden folder': 2,
  });
});

test('images of other formats alone are named with the command that imports them', async () => {
  const { raw, config } = cohort();
  const into = (place: string, from: RegExp, ending: string): void => {
    for (const entry of readdirSync(place, { recursive: true, encoding: 'utf8' })) {
      if (from.test(entry)) renameSync(join(place, entry), join(place, entry.replace(from, ending)));
    }
  };
  const files = readdirSync(raw, { recursive: true, encoding: 'utf8' });
  const images = files.filter((path) => path.endsWith('.png')).length;
  into(raw, /\.png$/, '.nii.gz');
  await expect(preprocess({ config }, listening())).rejects.toThrow(
    expect.objectContaining({
      code: 'E_NO_PATIENTS',
      message: expect.stringMatching(new RegExp(`their folders hold \\.nii\\.gz: ${images}\\.`)),
      hint: expect.stringContaining(`radweave import nifti ${raw}`),
    }),
  );
  const flat = join(tempDir(), 'export');
  mkdirSync(join(flat, 'study'), { recursive: true });
  for (const name of ['IM0001', 'b.dcm', 'c.jpg', 'd.tif', 'e.BMP', 'f.webp', 'g.npy'])
    writeFileSync(join(flat, 'study', name), 'x');
  config.data.root_dir = flat;
  await expect(preprocess({ config }, listening())).rejects.toThrow(
    expect.objectContaining({
      code: 'E_EMPTY_ROOT',
      message: expect.stringContaining(
        'images of other formats are (without an extension: 1, .dcm: 1, .jpg: 1, .tif: 1, .bmp: 1, .webp: 1, .npy: 1)',
      ),
      hint: expect.stringContaining(`radweave import dicom ${flat}, or radweave import images ${flat}`),
    }),
  );
});

test('without a usable external patient the warning does not deny that other hospitals are there', async () => {
  const { raw, config } = cohort();
  for (const hospital of ['SY', 'ZS']) {
    for (const label of [0, 1]) {
      for (const index of [0, 1]) {
        const place = join(raw, patient(hospital, label, index));
        renameSync(join(place, 'P'), join(place, 'P1'));
      }
    }
  }
  const said = await warned(config);
  expect(said.at(-1)).toBe('No patient of SY, ZS can be used: the external test set is empty');
  expect(said).toHaveLength(3);
});

test('external hospitals with one label each are told: there a label is a hospital', async () => {
  const { raw, config } = cohort();
  const [first, second] = readdirSync(raw).filter((name) => name !== config.data.home_hospital);
  rmSync(join(raw, String(first), 'grade0'), { recursive: true });
  expect(await warned(config)).toEqual([]);
  rmSync(join(raw, String(second), 'grade1'), { recursive: true });
  expect(await warned(config)).toEqual([
    `${first} and ${second} have patients of one label each: what differs between the hospitals cannot be told from what differs between the labels there`,
  ]);
  rmSync(join(raw, String(second)), { recursive: true });
  expect(await warned(config)).toEqual([
    'All patients of the test set have the same label, grade1: there is no AUC of them',
  ]);
});

test('what is missing is said before the error that nobody is left', async () => {
  const { config } = cohort();
  config.data.modalities = ['A', 'T2'];
  const context = listening();
  await expect(preprocess({ config }, context)).rejects.toThrow(/no patient has slices of every modality/);
  expect(context.said.join('\n')).toContain(
    "JM: 4 of 4 patients lack T2 and are left out (grade0: 2, grade1: 2); folders found there: 'P'",
  );
});

test('a folder whose name cannot be a modality is to be renamed, not asked for', async () => {
  const { raw, config } = cohort();
  for (const path of readdirSync(raw, { recursive: true, encoding: 'utf8' })) {
    if (basename(path) === 'P') renameSync(join(raw, path), join(raw, `${path} `));
  }
  await expect(preprocess({ config }, listening())).rejects.toThrow(
    /Rename the folders 'P ': .* ends with a dot or a space/,
  );
});

test('where every image is of another format, that is the hint, and not the names of the modalities', async () => {
  const config = cohortConfig(tempDir());
  const place = join(config.data.root_dir ?? '', patient('JM', 0, 0), 'A');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'scan.dcm'), 'x');
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({
    code: 'E_NO_PATIENTS',
    hint: expect.stringContaining('radweave import'),
  });
});

test('masks are left out and named, by their names or their two gray values', async () => {
  const { raw, config } = cohort();
  const place = join(raw, patient('SY', 0, 0), 'A');
  writeSlice(place, 'one_mask.png', slicePixels('one', 0));
  writeSlice(place, 'two-seg.png', slicePixels('two', 0));
  writeSlice(place, 'two.png', slicePixels('plain', 0));
  writeSlice(place, 'two_ROI.png', slicePixels('roi', 0));
  writeSlice(place, 'four_lesion.png', slicePixels('four', 0));
  const box = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE < 9 ? 255 : 0));
  writeSlice(place, 'three.png', box);
  writeSlice(place, 'blank.png', new Uint8Array(SIDE * SIDE));
  expect(await warned(config)).toEqual([
    'SY, A: 3 of the images are called like masks or labels and are left out (one_mask.png, two-seg.png, two_ROI.png); rename them if they are slices',
    'SY, A: 1 of the images has two gray values only, as masks do, and is left out (three.png)',
    'SY, A: 1 of the images is called like outlines of a lesion, without a slice that it belongs to, and is used as slices (four_lesion.png); remove them if they are masks',
    expect.stringMatching(/^SY, A: 1 of \d+ slices is blank \(one gray value\): [^,]+\/blank\.png$/),
  ]);
  const { splits_dir } = config.data;
  const used = readSplit(splitPath(splits_dir, 'test', 'A')).map(({ path }) => path);
  expect(used.some((path) => path.endsWith('blank.png'))).toBe(true);
  expect(used.filter((path) => /mask|seg|three|ROI/.test(path))).toEqual([]);
  expect(used.filter((path) => /two\.png|four_lesion\.png/.test(path))).toHaveLength(2);
  expect(readRejected(join(splits_dir, 'rejected.csv')).map(({ reason }) => reason)).toEqual([
    'MASK: it is called like a mask or label',
    'MASK: it is called like a mask or label',
    'MASK: it is called like a mask or label',
    'MASK: two gray values only',
  ]);
});

test('IDs that several hospitals have are told once: they are different patients', async () => {
  const { raw, config } = cohort();
  const context = listening();
  const isTold = (text: string): boolean => text.includes('of several hospitals');
  await preprocess({ config }, context);
  expect(context.said.filter(isTold)).toEqual([]);
  const other = join(raw, 'SY/grade0');
  renameSync(join(raw, patient('SY', 0, 0)), join(other, 'JM000'));
  await preprocess({ config }, context);
  expect(context.said.filter(isTold)).toEqual([
    'info: 1 ID of several hospitals, such as JM000 in JM and SY: they count as different patients.',
  ]);
});
