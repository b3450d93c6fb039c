import type { InputInfo, WeightsInfo } from './entry.ts';

/** ImageNet's mean and standard deviation per colour channel. */
export const IMAGENET: Pick<InputInfo, 'mean' | 'std'> = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Values from 0–1 to −1–1, as the Inception networks had them and some of timm's later weights have. */
export const INCEPTION: Pick<InputInfo, 'mean' | 'std'> = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

/** Weights of timm, as it publishes most of them; `other` is what these differ in. */
export function timmWeights(
  model: string,
  tag: string,
  input: InputInfo,
  other: Partial<WeightsInfo> = {},
): WeightsInfo {
  const place = { repo: `timm/${model}.${tag}`, file: 'model.safetensors' };
  return { tag, ...place, license: 'apache-2.0', numClasses: 1000, input, ...other };
}
