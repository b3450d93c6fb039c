import type { InputInfo, WeightsInfo } from '../entry/entry.ts';
import { IMAGENET, INCEPTION, timmWeights } from '../entry/imagenet.ts';

const AUGREG: InputInfo = { ...INCEPTION, size: 224, interpolation: 'bicubic', cropPct: 0.9 };
const DINO: InputInfo = { ...AUGREG, ...IMAGENET };
const DINOV2: InputInfo = { ...DINO, size: 518, cropPct: 1 };

/** timm's name of a training recipe. */
export type ViTRecipe =
  | 'augreg2_in21k_ft_in1k'
  | 'augreg_in21k_ft_in1k'
  | 'augreg_in1k'
  | 'augreg_in21k'
  | 'dino'
  | 'lvd142m';

/** Classes and preparation of the images, from timm's `default_cfgs` in `models/vision_transformer.py`. */
const RECIPES: Readonly<Record<ViTRecipe, readonly [numClasses: number, InputInfo]>> = {
  augreg2_in21k_ft_in1k: [1000, AUGREG],
  augreg_in21k_ft_in1k: [1000, AUGREG],
  augreg_in1k: [1000, AUGREG],
  augreg_in21k: [21843, AUGREG],
  dino: [0, DINO],
  lvd142m: [0, DINOV2],
};

/** Facts on the weights that timm publishes. */
export function vitWeights(name: string, tags: readonly ViTRecipe[]): WeightsInfo[] {
  return tags.map((tag) => {
    const [numClasses, input] = RECIPES[tag];
    return timmWeights(name, tag, input, { numClasses });
  });
}
