import { bothWays, type KeyMap, type NamePair } from '../entry/key-map.ts';

/** An entry of DINOv2's own checkpoints that serves its training only. */
export const VIT_OBSOLETE: RegExp = /^mask_token$/;

/** The layers of a block; `linear_1` and `linear_2` are torchvision's older names. */
const layers = [
  ['ln_1.', 'norm1.'],
  ['ln_2.', 'norm2.'],
  ['self_attention.in_proj_', 'attn.qkv.'],
  ['self_attention.out_proj.', 'attn.proj.'],
  ['mlp.0.', 'mlp.fc1.'],
  ['mlp.3.', 'mlp.fc2.'],
  ['mlp.linear_1.', 'mlp.fc1.'],
  ['mlp.linear_2.', 'mlp.fc2.'],
].map(([theirs, timm]): NamePair => [`encoder.layers.encoder_layer_*.${theirs}`, `blocks.*.${timm}`]);

/** Spellings of the vision transformer's parameter names; documented in docs/models.md. */
export const VIT_KEY_MAPS: readonly KeyMap[] = [
  {
    layout: 'torchvision',
    mark: /^conv_proj\.weight$/,
    ...bothWays([
      ['class_token', 'cls_token'],
      ['conv_proj.', 'patch_embed.proj.'],
      ['encoder.pos_embedding', 'pos_embed'],
      ['encoder.ln.', 'norm.'],
      ...layers,
      ['heads.head.', 'head.'],
    ]),
  },
];
