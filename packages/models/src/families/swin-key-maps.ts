import { bothWays, type KeyMap, type NamePair } from '../entry/key-map.ts';

/** Buffers that older checkpoints hold; the model computes them itself. */
export const SWIN_OBSOLETE: RegExp = /\.(relative_position_index|attn_mask)$/;

/** `features.1`, `.3`, … are torchvision's stages; `.2`, `.4`, … merge patches before the stage that follows. */
const stages = [0, 1, 2, 3].flatMap((stage): NamePair[] => {
  const [theirs, timm] = [`features.${2 * stage + 1}.*`, `layers.${stage}.blocks.*`];
  return [
    [`${theirs}.mlp.0.`, `${timm}.mlp.fc1.`],
    [`${theirs}.mlp.3.`, `${timm}.mlp.fc2.`],
    [`${theirs}.`, `${timm}.`],
    ...(stage === 0 ? [] : [[`features.${2 * stage}.`, `layers.${stage}.downsample.`] as const]),
  ];
});

/** Spellings of Swin's parameter names; documented in docs/models.md. */
export const SWIN_KEY_MAPS: readonly KeyMap[] = [
  {
    layout: 'torchvision',
    mark: /^features\.0\.0\.weight$/,
    ...bothWays([
      ['features.0.0.', 'patch_embed.proj.'],
      ['features.0.2.', 'patch_embed.norm.'],
      ...stages,
      ['head.', 'head.fc.'],
    ]),
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
