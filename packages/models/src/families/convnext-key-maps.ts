import type { KeyMap } from '../weights/key-map.ts';

/** timm's names of the layers in torchvision's `block.0`, `block.2`, …; the others have no weights. */
const LAYERS: Readonly<Record<string, string>> = { 0: 'conv_dw', 2: 'norm', 3: 'mlp.fc1', 5: 'mlp.fc2' };

/** `features.1`, `.3`, … are torchvision's stages; `.2`, `.4`, … halve the resolution before the stage that follows. */
const stage = (index: string) => (Number(index) - 1) / 2;
const downsampling = (index: string) => Number(index) / 2;

/** Spellings of ConvNeXt's parameter names; documented in docs/models.md. */
export const CONVNEXT_KEY_MAPS: readonly KeyMap[] = [
  {
    layout: 'torchvision',
    mark: /^features\.0\.0\.weight$/,
    rules: [
      [/^features\.0\./, 'stem.'],
      [
        /^features\.([1357])\.(\d+)\.block\.([0235])\./,
        (_, i = '', block = '', layer = '') => `stages.${stage(i)}.blocks.${block}.${LAYERS[layer]}.`,
      ],
      [
        /^features\.([1357])\.(\d+)\.layer_scale$/,
        (_, i = '', block = '') => `stages.${stage(i)}.blocks.${block}.gamma`,
      ],
      [
        /^features\.([246])\.([01])\./,
        (_, i = '', layer = '') => `stages.${downsampling(i)}.downsample.${layer}.`,
      ],
      [/^classifier\.0\./, 'head.norm.'],
      [/^classifier\.2\./, 'head.fc.'],
    ],
    vectors: /\.gamma$/,
  },
];
