import { expect, test } from 'vitest';
import { isMaskName } from './mask-names.ts';

test.each([
  'x_mask.png',
  'x-seg.png',
  'X.GT.PNG',
  'x_label.png',
  'x_labels.png',
  'mask_001.png',
  'mask.png',
  'tumorMask.png',
  'brainmask 2.png',
  'x_segmentation_3.png',
  'x annotation.png',
  'ground_truth.png',
  'x掩膜.png',
  'x_标注2.png',
])('%s is a mask', (name) => {
  expect(isMaskName(name)).toBe(true);
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
  'Maskow_01.png',
  '001.png',
])('%s is none', (name) => {
  expect(isMaskName(name)).toBe(false);
});
