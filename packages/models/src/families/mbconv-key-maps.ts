import { bothWays, type KeyMap, type NamePair } from '../entry/key-map.ts';
import type { Architecture, BlockSpec } from './mbconv-stages.ts';

/** A block where torchvision has it, `features.POSITION`, and where timm has it, `blocks.STAGE.BLOCK`. */
interface BlockPlace extends Pick<BlockSpec, 'kind' | 'squeezes'> {
  position: string;
  timm: string;
}

/** timm's names of a block's convolutions and norms, in the order of the forward pass. */
const LAYERS: Record<BlockSpec['kind'], readonly (readonly [conv: string, norm: string])[]> = {
  ds: [
    ['conv_dw', 'bn1'],
    ['conv_pw', 'bn2'],
  ],
  ir: [
    ['conv_pw', 'bn1'],
    ['conv_dw', 'bn2'],
    ['conv_pwl', 'bn3'],
  ],
  cn: [],
};

/** Every block of a network. `position` is given its stage, its number in the stage and its number in the network. */
function placesOf(
  stages: Architecture,
  position: (stage: number, block: number, number: number) => string,
): BlockPlace[] {
  let number = 0;
  return stages.flatMap((rows, stage) =>
    rows
      .flatMap((row) => Array.from({ length: row.repeats }, () => row))
      .map(({ kind, squeezes }, block) => ({
        kind,
        squeezes,
        position: position(stage, block, number++),
        timm: `blocks.${stage}.${block}`,
      })),
  );
}

/** torchvision's and timm's names of the layers inside a block; torchvision counts squeeze-and-excitation as a layer. */
function layerNames({ kind, squeezes }: BlockPlace): [theirs: string, timm: string][] {
  const layers = LAYERS[kind];
  const last = layers.length - 1;
  const names = layers.flatMap(([conv, norm], i): [string, string][] => {
    const number = i === last && squeezes ? i + 1 : i;
    return [
      [`${number}.0`, conv],
      [`${number}.1`, norm],
    ];
  });
  if (squeezes) names.push([`${last}.fc1`, 'se.conv_reduce'], [`${last}.fc2`, 'se.conv_expand']);
  return names;
}

/**
 * torchvision's names, and the way back.
 *
 * @param position a block's place in torchvision's `features`, see {@link placesOf}.
 * @param others what is neither the stem nor a layer inside one of the blocks.
 */
export function torchvisionRules(
  stages: Architecture,
  position: (stage: number, block: number, number: number) => string,
  others: readonly NamePair[],
): Pick<KeyMap, 'rules' | 'back'> {
  const pairs = placesOf(stages, position).flatMap((place) =>
    layerNames(place).map(
      ([theirs, timm]) => [`features.${place.position}.block.${theirs}.`, `${place.timm}.${timm}.`] as const,
    ),
  );
  const toTimm = new Map<string, string>(pairs);
  const toTheirs = new Map<string, string>(pairs.map(([theirs, timm]) => [timm, theirs]));
  const { rules, back } = bothWays([['features.0.0.', 'conv_stem.'], ['features.0.1.', 'bn1.'], ...others]);
  return {
    rules: [
      ...rules,
      [/^features\.[\d.]+\.block\.\d\.(?:[01]|fc[12])\./, (whole) => toTimm.get(whole) ?? whole],
    ],
    back: [...back, [/^blocks\.\d+\.\d+\.(?:se\.)?\w+\./, (whole) => toTheirs.get(whole) ?? whole]],
  };
}

/**
 * The names of the packages efficientnet_pytorch and efficientnet_lite_pytorch: blocks are numbered through, and the norms of
 * a block that does not expand begin at 1.
 */
export function efficientnetPytorchMap(stages: Architecture): KeyMap {
  const places = placesOf(stages, (_, __, number) => String(number));
  const toTimm = new Map(
    places.flatMap(({ position, timm, kind }) => {
      const isExpanded = kind === 'ir';
      const theirs = ['_expand_conv', '_depthwise_conv', '_project_conv'].slice(isExpanded ? 0 : 1);
      return LAYERS[kind].flatMap(([conv, norm], i): [string, string][] => [
        [`_blocks.${position}.${theirs[i]}.`, `${timm}.${conv}.`],
        [`_blocks.${position}._bn${isExpanded ? i : i + 1}.`, `${timm}.${norm}.`],
      ]);
    }),
  );
  return {
    layout: 'efficientnet_pytorch',
    mark: /^_conv_stem\.weight$/,
    rules: [
      [/^_conv_stem\./, 'conv_stem.'],
      [/^_bn0\./, 'bn1.'],
      [/^_blocks\.\d+\.\w+\./, (whole) => toTimm.get(whole) ?? whole],
      [/^_conv_head\./, 'conv_head.'],
      [/^_bn1\./, 'bn2.'],
      [/^_fc\./, 'classifier.'],
    ],
  };
}
