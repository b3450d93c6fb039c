import { expect, test } from 'vitest';
import { sortByName } from './mask-names.ts';

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
  ['x1.png', 'x1病灶.png'],
  ['x_2.png', 'x_2_感兴趣区.png'],
])('beside %s, %s is a mask; alone it is a slice in doubt', (slice, name) => {
  expect(sortByName([name, slice])).toEqual({ slices: [slice], masks: [name], doubtful: [] });
  expect(sortByName(['y.png', name])).toEqual({ slices: ['y.png', name], masks: [], doubtful: [name] });
});
