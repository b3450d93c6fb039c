import type { InputInfo } from './entry.ts';

/** ImageNet's mean and standard deviation per colour channel. */
export const IMAGENET: Pick<InputInfo, 'mean' | 'std'> = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Values from 0–1 to −1–1, as the Inception networks had them and some of timm's later weights have. */
export const INCEPTION: Pick<InputInfo, 'mean' | 'std'> = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
