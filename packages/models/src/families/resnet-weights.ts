import type { InputInfo, WeightsInfo } from '../entry/entry.ts';
import { IMAGENET, timmWeights } from '../entry/imagenet.ts';

/** timm's training recipes for the weights that it takes by default ("ResNet strikes back", arXiv:2110.00476; racm). */
export type TimmRecipe = 'a1' | 'a1h' | 'racm';

/** Share of the resized image that the evaluation crop keeps. */
const CROP: Record<TimmRecipe, number> = { a1: 0.95, a1h: 0.95, racm: 0.875 };

/** timm's default weights, then torchvision's first ones. From timm's `default_cfgs` in `models/resnet.py`. */
export function resnetWeights(name: string, recipe: TimmRecipe): WeightsInfo[] {
  const input: InputInfo = { ...IMAGENET, size: 224, interpolation: 'bicubic', cropPct: CROP[recipe] };
  const first: InputInfo = { ...IMAGENET, size: 224, interpolation: 'bilinear', cropPct: 0.875 };
  return [
    timmWeights(name, `${recipe}_in1k`, input),
    timmWeights(name, 'tv_in1k', first, { license: 'bsd-3-clause' }),
  ];
}
