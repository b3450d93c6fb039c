import type { InputInfo } from './entry.ts';

/** ImageNet's mean and standard deviation per colour channel. */
export const IMAGENET: Pick<InputInfo, 'mean' | 'std'> = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
