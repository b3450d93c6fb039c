// Masks in the folder of their images, named as people name them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, importFiles, privateFiles, readImported, readPseudonyms } from '@radweave/artifacts';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { peersPython, peerTest, python, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';
import type { ImportOptions } from '../work/import-options.ts';
import { importOptions, SMALL_PIXELS } from './import.options.test.data.ts';
import { importStage } from './import.ts';

/** Volumes of 3 slices by nibabel; what is called a mask shows a lesion on the second one. */
const MAKE = `
import os, sys
import nibabel as nib, numpy as np
for path in sys.argv[1:]:
    data = np.zeros((16, 16, 3), 'i2')
    if any(word in path.lower() for word in ['mask', 'seg', 'label', 'roi', 'lesion', 'tumo', 'gt', 'annot', 'truth']): data[4:8, 4:8, 1] = 1
    else: data[...] = np.arange(768).reshape(16, 16, 3) % (100 + len(path))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    nib.save(nib.Nifti1Image(data, np.diag([1, 1, 5, 1])), path)
`;

function optionsOf(names: readonly string[], more: Partial<ImportOptions> = {}): ImportOptions {
  const folder = tempDir();
  mkdirSync(join(folder, 'files'));
  const args = names.map((name) => join(folder, 'files', name));
  python(MAKE, { args, interpreter: peersPython() });
  const own = { kind: 'nifti', volumes: { type: 'MR', plane: 'axial' }, pixels: SMALL_PIXELS } as const;
  return importOptions(folder, 'files', { ...own, modalities: ['A'], ...more });
}

const patientsOf = ({ secrets }: ImportOptions): string[] =>
  readPseudonyms(privateFiles(secrets).pseudonyms).map(({ original }) => original);

/** Names of one image and its mask. */
const PAIRS: readonly (readonly [image: string, mask: string])[] = [
  ...[
    '_mask',
    '-label',
    '.seg',
    '_roi',
    '_tumor_mask',
    '_dseg',
    '_lesion',
    '_Tumour',
    '_gt',
    '_mask1',
    '_annotation',
  ].map((word) => ['1_A.nii.gz', `1_A${word}.nii.gz`] as const),
  ...['mask_', 'seg-', 'label_', 'tumor_mask_', 'lesion_'].map(
    (word) => ['1_A.nii.gz', `${word}#1_A.nii.gz`] as const,
  ),
  ['1_A.nii.gz', '1_mask_A.nii.gz'],
  ['1_A.NII.GZ', '1_A_mask.nii'],
];

peerTest(
  'a mask beside its image is that of its patient, however the name is written',
  ['nibabel'],
  async () => {
    const names = PAIRS.flatMap((pair, i) =>
      pair.map((name) => (name.includes('#') ? name.replace('#', `OK${i}_`) : `OK${i}_${name}`)),
    );
    const options = optionsOf(names, {
      mask: { slices: 'largest', crop: null, name: null, leavesOut: false },
    });
    await importStage(options, silentContext());
    expect(patientsOf(options)).toEqual(PAIRS.map((_, i) => `OK${i}_1`));
    const rows = readImported(importFiles(options.records).table);
    expect(rows.map(({ position, notes }) => [position, notes])).toEqual(
      PAIRS.map(() => [5, 'lesion of 16 mm²']),
    );
  },
);

peerTest(
  'a mask without an image becomes no patient, whether masks are asked for or not',
  ['nibabel'],
  async () => {
    const names = ['OK_A.nii.gz', 'OK_A_mask.nii.gz', 'P_1_A.nii', 'P_1_mask.nii', 'NO_A_mask.nii.gz'];
    for (const mask of [null, { slices: 'largest', crop: null, name: null, leavesOut: false }]) {
      const options = optionsOf(names, { mask });
      const context = listening();
      expect(await importStage(options, context)).toMatchObject({ written: 2 });
      expect(patientsOf(options)).toEqual(['OK', 'P_1']);
      expect(context.said.join('\n')).toContain('1 mask (NO_A_mask.nii.gz) belongs to no imported series.');
      expect(readFileSync(privateFiles(options.secrets).leftOut, 'utf8')).toContain(
        '\nNO_A_mask.nii.gz,,,a mask that belongs to no series\n',
      );
    }
  },
);

peerTest(
  'masks in folders that are called so are those of the patients of their images, and none where there is no image',
  ['nibabel'],
  async () => {
    const names = ['images/P1/A.nii.gz', 'masks/P1/A.nii.gz', 'images/P2/A.nii.gz', 'images/P2/seg/A.nii.gz'];
    for (const mask of [null, { slices: 'largest', crop: null, name: null, leavesOut: false }]) {
      const options = optionsOf([...names, 'labelsTr/P3/A.nii.gz', 'mask_P4_A.nii.gz'], { mask });
      const context = listening();
      expect(await importStage(options, context)).toMatchObject({ written: 2 });
      expect(patientsOf(options)).toEqual(['P1', 'P2']);
      const said = context.said.join('\n');
      expect(said).toContain('2 masks (such as A.nii.gz) belong to no imported series.');
      expect(said).not.toContain('two people');
      const rows = readImported(importFiles(options.records).table);
      expect(rows).toHaveLength(mask === null ? 6 : 2);
    }
  },
);

peerTest(
  'while it is not clear whose images are, or of which modality, nothing is said of their masks, and they are no series',
  ['nibabel'],
  async () => {
    const mask = { slices: 'largest', crop: null, name: null, leavesOut: false };
    const pairs = ['images/P1.nii.gz', 'labels/P1.nii.gz', 'images/P2.nii.gz', 'labels/P2.nii.gz'];
    const options = optionsOf([...pairs, 'NO_A_mask.nii.gz'], { mask, modalities: null });
    const context = listening();
    const asked = async (): Promise<DataError> => {
      const error = await importStage(options, context).catch((one: unknown) => one);
      if (!(error instanceof DataError)) throw error;
      return error;
    };
    const { mapping } = importFiles(options.records);
    const add = (list: string, line: string): void =>
      writeFileSync(
        mapping,
        readFileSync(mapping, 'utf8').replace(`${list}:\n`, () => `${list}:\n  - ${line}\n`),
      );
    const whose = await asked();
    expect(whose.message).toMatch(/^it is not clear which patients 2 files belong to\n/);
    expect(context.said.join('\n')).not.toContain('belong');
    const [pattern = ''] = /'\(\?<patient>.*?\$'/.exec(whose.hint ?? '') ?? [];
    add('files', pattern);
    const which = await asked();
    expect(which.message).toMatch(
      /^it is not clear which modality 2 of 2 series are\n.*images\/P1.nii.gz, of 'P1'/s,
    );
    expect(context.said.join('\n')).not.toMatch(/P\d\.nii\.gz|2 masks/);
    const [rule = ''] = /\{ modality: .*? \}/.exec(which.hint ?? '') ?? [];
    add('rules', rule.replace('NAME', 'A'));
    expect(await importStage(options, context)).toMatchObject({ written: 2 });
    expect(context.said.join('\n')).toContain('1 mask (NO_A_mask.nii.gz) belongs to no imported series.');
  },
);

/** Image, or images, and the mask of them, by layout. */
const LAYOUTS: Readonly<Record<string, readonly [images: readonly string[], mask: string][]>> = {
  'of nnU-Net': [
    [['imagesTr/case_001_0000.nii.gz', 'imagesTr/case_001_0001.nii.gz'], 'labelsTr/case_001.nii.gz'],
    [['imagesTr/case_002_0000.nii.gz', 'imagesTr/case_002_0001.nii.gz'], 'labelsTr/case_002.nii.gz'],
  ],
  'with one name in both folders': [
    [['images/P1_A.nii.gz'], 'masks/P1_A.nii.gz'],
    [['images/P2_A.nii.gz'], 'masks/P2_A.nii.gz'],
  ],
  'with a word for masks in both names': [[['images/P1_A.nii.gz'], 'segmentations/P1_A_seg.nii.gz']],
  'of one folder for each patient': [
    [['images/P1/A.nii.gz'], 'labels/P1/A.nii.gz'],
    [['P2/images/A.nii.gz'], 'P2/labels/A.nii.gz'],
    [['P3/A.nii.gz'], 'P3/masks/A.nii.gz'],
  ],
  'of patients whom the table names as files are named': [
    [['P1.nii.gz'], 'P1_mask.nii.gz'],
    [['P2.nii.gz'], 'masks/P2.nii.gz'],
    [['set/images/P3.nii.gz'], 'set/labels/P3.nii.gz'],
    [['images/P5/A.nii.gz'], 'masks/P5.nii.gz'],
    [['images/case_4.nii.gz'], 'masks/case_4.nii.gz'],
  ],
  'below hospitals': [
    [['JM/images/P1_A.nii.gz'], 'JM/masks/P1_A.nii.gz'],
    [['JM/P2_A.nii.gz'], 'JM/masks/P2_A.nii.gz'],
  ],
};

for (const [layout, pairs] of Object.entries(LAYOUTS)) {
  peerTest(`folders of images and of masks ${layout} are read as they are`, ['nibabel'], async () => {
    const options = optionsOf(
      pairs.flatMap(([images, mask]) => [...images, mask]),
      { mask: { slices: 'largest', crop: null, name: null, leavesOut: false } },
    );
    const table = join(options.root, '..', 'patients.csv');
    const patients = pairs.map(([[image = '']]) => /case_\d+|P\d/.exec(image)?.[0] ?? '');
    writeFileSync(table, `patient,hospital,label\n${patients.map((one) => `${one},JM,0\n`).join('')}`);
    const modalities = layout === 'of nnU-Net' ? ['0000', '0001'] : ['A'];
    await importStage({ ...options, table, hospital: null, label: null, modalities }, silentContext());
    expect(patientsOf(options)).toEqual(patients);
    const rows = readImported(importFiles(options.records).table);
    expect(rows.map(({ position, notes }) => [position, notes])).toEqual(
      pairs.flatMap(([images]) => images).map(() => [5, 'lesion of 16 mm²']),
    );
  });
}
