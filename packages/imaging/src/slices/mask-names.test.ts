import { expect, test } from 'vitest';
import { isImageFolder, isMaskFolder, saysMask, sortByName } from './mask-names.ts';

test.each([
  'x_mask.png',
  'x-seg.png',
  'X.GT.PNG',
  'x_label.png',
  'x_labels.png',
  'mask_001.png',
  'mask.png',
  'tumorMask.png',
  'Tumormaske.png',
  'brainmask 2.png',
  'x_segmentation_3.png',
  'x annotation.png',
  'x_contour.png',
  'seg_x.png',
  'GT-x.png',
  'ground_truth.png',
  'x掩膜.png',
  'x_标注2.png',
  'x_轮廓.png',
  'x_mask1.nii.gz',
  'x_gt.nii.gz',
  'x_dseg.nii',
])('%s is a mask', (name) => {
  expect(sortByName(['x.png', name])).toEqual({ slices: ['x.png'], masks: [name], doubtful: [] });
});

test.each([
  'JM_a_slice_001.png',
  'x_label1.png',
  'seg_001.png',
  'segment4_001.png',
  'unmasked.png',
  'masked_001.png',
  'gtr_01.png',
  'mri_gt2.png',
  'label0_slice_3.png',
  'lesion_3_slice_1.png',
  'roitzsch.png',
  'Maskow_01.png',
  '001.png',
])('%s is none', (name) => {
  expect(sortByName(['x.png', name])).toEqual({ slices: ['x.png', name], masks: [], doubtful: [] });
});

test.each([
  ['x_01.png', 'x_01_roi.png'],
  ['x_01.png', 'x_ROI_01.png'],
  ['x_01.png', 'x-01-Lesion.PNG'],
  ['x_01.png', 'x_01_tumour.png'],
  ['xAb.png', 'xAbLesions.png'],
  ['001.png', 'roi_001.png'],
  ['x.nii', 'x_tumor.nii.gz'],
  ['x1.png', 'x1病灶.png'],
  ['x_2.png', 'x_2_感兴趣区.png'],
])('beside %s, %s is a mask; alone it is a slice in doubt', (slice, name) => {
  expect(sortByName([name, slice])).toEqual({ slices: [slice], masks: [name], doubtful: [] });
  expect(sortByName(['y.png', name])).toEqual({ slices: ['y.png', name], masks: [], doubtful: [name] });
});

test('a word for what is outlined may also stand first, beside the same name without it', () => {
  const names = ['x_1.png', 'lesion_x_1.png', 'Tumor-x_1.png', 'lesion_y_1.png'];
  const [slice, lesion, tumor, other] = names as [string, string, string, string];
  expect(sortByName(names)).toEqual({ slices: [slice, other], masks: [lesion, tumor], doubtful: [] });
});

test('folders of masks are called so and nothing else; classes, lesions and words within names are none', () => {
  const masks = [
    'mask',
    'Masks',
    'labelsTr',
    'labelsTs',
    'seg',
    'Segmentations',
    'lesion_masks',
    'ground_truth',
    '标注',
  ];
  const others = [
    'A',
    'A_mask',
    'label1',
    '标签1',
    'tumor',
    'roi',
    'masked',
    'imagesTr',
    'val',
    'Segeberg',
    '12',
    '',
  ];
  expect(masks.filter((name) => !isMaskFolder(name))).toEqual([]);
  expect(others.filter(isMaskFolder)).toEqual([]);
  expect(
    ['images', 'imagesTr', 'IMG', 'train_images', '原图'].filter((name) => !isImageFolder(name)),
  ).toEqual([]);
  expect(['A', 'images1', 'P1_images', 'train', 'imagery', 'masks', ''].filter(isImageFolder)).toEqual([]);
  expect(['mask', 'tumorMask', 'ROI', '勾画'].filter((part) => !saysMask(part))).toEqual([]);
  expect(['P1', 'mask2', '', 'A'].filter(saysMask)).toEqual([]);
});
