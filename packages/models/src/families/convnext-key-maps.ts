import { bothWays, type KeyMap, type NamePair } from '../entry/key-map.ts';

/** `features.1`, `.3`, … are torchvision's stages; `.2`, `.4`, … halve the resolution before the stage that follows. */
const stages = [0, 1, 2, 3].flatMap((stage): NamePair[] => {
  const [theirs, timm] = [`features.${2 * stage + 1}.*`, `stages.${stage}.blocks.*`];
  return [
    [`features.${2 * stage}.`, stage === 0 ? 'stem.' : `stages.${stage}.downsample.`],
    [`${theirs}.layer_scale`, `${timm}.gamma`],
    [`${theirs}.block.0.`, `${timm}.conv_dw.`],
    [`${theirs}.block.2.`, `${timm}.norm.`],
    [`${theirs}.block.3.`, `${timm}.mlp.fc1.`],
    [`${theirs}.block.5.`, `${timm}.mlp.fc2.`],
  ];
});

/** Spellings of ConvNeXt's parameter names; documented in docs/models.md. */
export const CONVNEXT_KEY_MAPS: readonly KeyMap[] = [
  {
    layout: 'torchvision',
    mark: /^features\.0\.0\.weight$/,
    ...bothWays([...stages, ['classifier.0.', 'head.norm.'], ['classifier.2.', 'head.fc.']]),
    vectors: /\.gamma$/,
  },
];
