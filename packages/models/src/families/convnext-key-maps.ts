import type { KeyMap } from '../entry/key-map.ts';

/** timm's names of the layers in torchvision's `block.0`, `block.2`, …; the others have no weights. */
const LAYERS: Readonly<Record<string, string>> = { 0: 'conv_dw', 2: 'norm', 3: 'mlp.fc1', 5: 'mlp.fc2' };

const NUMBERS: ReadonlyMap<string, string> = new Map(
  Object.entries(LAYERS).map(([number, layer]) => [layer, number]),
);

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
    back: [
      [/^stem\./, 'features.0.'],
      [
        /^stages\.(\d)\.blocks\.(\d+)\.gamma$/,
        (_, i = '', block = '') => `features.${2 * Number(i) + 1}.${block}.layer_scale`,
      ],
      [
        /^stages\.(\d)\.blocks\.(\d+)\.(conv_dw|norm|mlp\.fc1|mlp\.fc2)\./,
        (_, i = '', block = '', layer = '') =>
          `features.${2 * Number(i) + 1}.${block}.block.${NUMBERS.get(layer)}.`,
      ],
      [/^stages\.(\d)\.downsample\./, (_, i = '') => `features.${2 * Number(i)}.`],
      [/^head\.norm\./, 'classifier.0.'],
      [/^head\.fc\./, 'classifier.2.'],
    ],
    vectors: /\.gamma$/,
  },
];
