import type { KeyMap } from '../entry/key-map.ts';

/** Buffers that older checkpoints hold; the model computes them itself. */
export const SWIN_OBSOLETE: RegExp = /\.(relative_position_index|attn_mask)$/;

/** `features.1`, `.3`, … are torchvision's stages; `.2`, `.4`, … merge patches before the stage that follows. */
const stage = (index: string) => (Number(index) - 1) / 2;
const merging = (index: string) => Number(index) / 2;

/** Spellings of Swin's parameter names; documented in docs/models.md. */
export const SWIN_KEY_MAPS: readonly KeyMap[] = [
  {
    layout: 'torchvision',
    mark: /^features\.0\.0\.weight$/,
    rules: [
      [/^features\.0\.0\./, 'patch_embed.proj.'],
      [/^features\.0\.2\./, 'patch_embed.norm.'],
      [
        /^features\.(\d*[13579])\.(\d+)\.mlp\.([03])\./,
        (_, i = '', block = '', layer = '') =>
          `layers.${stage(i)}.blocks.${block}.mlp.${layer === '0' ? 'fc1' : 'fc2'}.`,
      ],
      [/^features\.(\d*[13579])\.(\d+)\./, (_, i = '', block = '') => `layers.${stage(i)}.blocks.${block}.`],
      [
        /^features\.(\d*[02468])\.(norm|reduction)\./,
        (_, i = '', part = '') => `layers.${merging(i)}.downsample.${part}.`,
      ],
      [/^head\./, 'head.fc.'],
    ],
    back: [
      [/^patch_embed\.proj\./, 'features.0.0.'],
      [/^patch_embed\.norm\./, 'features.0.2.'],
      [
        /^layers\.(\d+)\.blocks\.(\d+)\.mlp\.fc([12])\./,
        (_, i = '', block = '', layer = '') =>
          `features.${2 * Number(i) + 1}.${block}.mlp.${layer === '1' ? '0' : '3'}.`,
      ],
      [
        /^layers\.(\d+)\.blocks\.(\d+)\./,
        (_, i = '', block = '') => `features.${2 * Number(i) + 1}.${block}.`,
      ],
      [/^layers\.(\d+)\.downsample\./, (_, i = '') => `features.${2 * Number(i)}.`],
      [/^head\.fc\./, 'head.'],
    ],
    buffers: /\.relative_position_index$/,
  },
  {
    // Microsoft's own checkpoints and timm before 0.9: patches are merged at the end of a stage.
    layout: 'microsoft',
    mark: /^layers\.0\.downsample\./,
    rules: [
      [/^layers\.(\d+)\.downsample\./, (_, i = '') => `layers.${Number(i) + 1}.downsample.`],
      [/^head\.(weight|bias)$/, 'head.fc.$1'],
    ],
  },
];
