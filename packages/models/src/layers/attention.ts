import type { Tensor } from '@radweave/torch';

/**
 * Multi-head self-attention (Vaswani et al. 2017) without the linear layers around it.
 *
 * @param joined [B, tokens, 3 · C]: queries, keys and values from one linear layer, as timm stores it.
 * @param adjust what is done to the scaled scores [B, heads, tokens, tokens] before the softmax.
 * @returns [B, tokens, C].
 */
export function selfAttention(
  joined: Tensor,
  heads: number,
  adjust: (scores: Tensor) => Tensor = (scores) => scores,
): Tensor {
  const [batch = 0, tokens = 0, width = 0] = joined.shape;
  const channels = width / 3;
  const parts = joined.reshape([batch, tokens, 3, heads, channels / heads]);
  const [q, k, v] = parts.permute([2, 0, 3, 1, 4]).unbind(0);
  if (q === undefined || k === undefined || v === undefined) throw new TypeError('qkv has three parts');
  const scale = (channels / heads) ** -0.5;
  const attention = adjust(q.mul(scale).matmul(k.transpose(-2, -1))).softmax(-1);
  return attention.matmul(v).transpose(1, 2).reshape([batch, tokens, channels]);
}
