import type { KeyMap } from '../entry/key-map.ts';

/** An entry of DINOv2's own checkpoints that serves its training only. */
export const VIT_OBSOLETE: RegExp = /^mask_token$/;

/** timm's names of the layers of a block in torchvision; `linear_1` and `linear_2` are its older names. */
const LAYERS: Readonly<Record<string, string>> = {
  ln_1: 'norm1',
  ln_2: 'norm2',
  'self_attention.out_proj': 'attn.proj',
  'mlp.0': 'mlp.fc1',
  'mlp.3': 'mlp.fc2',
  'mlp.linear_1': 'mlp.fc1',
  'mlp.linear_2': 'mlp.fc2',
};

/** The way back, to today's names. */
const THEIRS: ReadonlyMap<string, string> = new Map(
  Object.entries(LAYERS)
    .filter(([theirs]) => !theirs.includes('linear'))
    .map(([theirs, layer]) => [layer, theirs]),
);

/** Spellings of the vision transformer's parameter names; documented in docs/models.md. */
export const VIT_KEY_MAPS: readonly KeyMap[] = [
  {
    layout: 'torchvision',
    mark: /^conv_proj\.weight$/,
    rules: [
      [/^class_token$/, 'cls_token'],
      [/^conv_proj\./, 'patch_embed.proj.'],
      [/^encoder\.pos_embedding$/, 'pos_embed'],
      [/^encoder\.ln\./, 'norm.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.self_attention\.in_proj_/, 'blocks.$1.attn.qkv.'],
      [
        /^encoder\.layers\.encoder_layer_(\d+)\.(.+)\.(weight|bias)$/,
        (whole, block = '', layer = '', kind = '') =>
          LAYERS[layer] === undefined ? whole : `blocks.${block}.${LAYERS[layer]}.${kind}`,
      ],
      [/^heads\.head\./, 'head.'],
    ],
    back: [
      [/^cls_token$/, 'class_token'],
      [/^patch_embed\.proj\./, 'conv_proj.'],
      [/^pos_embed$/, 'encoder.pos_embedding'],
      [/^norm\./, 'encoder.ln.'],
      [/^blocks\.(\d+)\.attn\.qkv\./, 'encoder.layers.encoder_layer_$1.self_attention.in_proj_'],
      [
        /^blocks\.(\d+)\.(norm1|norm2|attn\.proj|mlp\.fc1|mlp\.fc2)\./,
        (_, block = '', layer = '') => `encoder.layers.encoder_layer_${block}.${THEIRS.get(layer)}.`,
      ],
      [/^head\./, 'heads.head.'],
    ],
  },
];
