import type { KeyMap } from '../weights/key-map.ts';
import type { BlockSpec } from './mbconv-stages.ts';

/** A rule of a {@link KeyMap}. */
type Rule = KeyMap['rules'][number];

/** Where a block is in timm's model. */
export interface BlockPlace {
  stage: number;
  block: number;
  kind: BlockSpec['kind'];
}

/** timm's names of torchvision's `block.0`, `block.1`, …; the number of squeeze-and-excitation is left out. */
const LAYERS: Record<BlockSpec['kind'], readonly (readonly [conv: string, norm: string])[]> = {
  ds: [
    ['conv_dw', 'bn1'],
    ['conv_pw', 'bn2'],
    ['conv_pw', 'bn2'],
  ],
  ir: [
    ['conv_pw', 'bn1'],
    ['conv_dw', 'bn2'],
    ['conv_pwl', 'bn3'],
    ['conv_pwl', 'bn3'],
  ],
  cn: [],
};

/** Rules for the stem and for the layers inside the blocks. `place` finds the block of torchvision's `features.…`. */
export function mbconvRules(place: (position: string) => BlockPlace | undefined): Rule[] {
  const inBlock = (
    position: string,
    name: (kind: BlockSpec['kind']) => string | undefined,
    whole: string,
  ) => {
    const found = place(position);
    const layer = found && name(found.kind);
    return layer === undefined ? whole : `blocks.${found?.stage}.${found?.block}.${layer}.`;
  };
  return [
    [/^features\.0\.0\./, 'conv_stem.'],
    [/^features\.0\.1\./, 'bn1.'],
    [
      /^features\.([\d.]+)\.block\.\d\.fc([12])\./,
      (whole, position = '', layer = '') =>
        inBlock(position, () => `se.conv_${layer === '1' ? 'reduce' : 'expand'}`, whole),
    ],
    [
      /^features\.([\d.]+)\.block\.(\d)\.([01])\./,
      (whole, position = '', layer = '', part = '') =>
        inBlock(position, (kind) => LAYERS[kind][Number(layer)]?.[part === '0' ? 0 : 1], whole),
    ],
  ];
}
