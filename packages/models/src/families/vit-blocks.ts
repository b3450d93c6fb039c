import { full, nn, type Tensor } from '@radweave/torch';
import { selfAttention } from '../layers/attention.ts';
import { Mlp } from '../layers/mlp.ts';

/** Epsilon of all layer norms, in timm and torchvision alike. */
export const EPS = 1e-6;

/** Non-overlapping patches as vectors: [N, C, H, W] to [N, patches, dim], row by row. */
export class PatchEmbed extends nn.Module {
  readonly proj: nn.Conv2d;

  constructor(inChans: number, dim: number, patch: number) {
    super();
    this.proj = new nn.Conv2d(inChans, dim, patch, { stride: patch });
  }

  override forward(x: Tensor): Tensor {
    return this.proj.call(x).flatten(2).transpose(1, 2);
  }
}

class Attention extends nn.Module {
  readonly qkv: nn.Linear;
  readonly proj: nn.Linear;
  private readonly heads: number;

  constructor(dim: number, heads: number) {
    super();
    this.heads = heads;
    this.qkv = new nn.Linear(dim, dim * 3);
    this.proj = new nn.Linear(dim, dim);
  }

  override forward(x: Tensor): Tensor {
    return this.proj.call(selfAttention(this.qkv.call(x), this.heads));
  }
}

/** A learned factor per channel on a residual branch (Touvron et al. 2021, arXiv:2103.17239). */
class LayerScale extends nn.Module {
  readonly gamma: nn.Parameter;

  constructor(dim: number, start: number) {
    super();
    this.gamma = new nn.Parameter(full([dim], start));
  }

  override forward(x: Tensor): Tensor {
    return x.mul(this.gamma);
  }
}

export interface ViTBlockOptions {
  dim: number;
  heads: number;
  /** Start of the factors on the residual branches; null for none. */
  layerScale: number | null;
  dropPath: number;
}

/** Attention, then the feed-forward half, both as residual branches; [N, tokens, dim] throughout. */
export class ViTBlock extends nn.Module {
  readonly norm1: nn.LayerNorm;
  readonly attn: Attention;
  readonly ls1: LayerScale | nn.Identity;
  readonly dropPath1: nn.DropPath;
  readonly norm2: nn.LayerNorm;
  readonly mlp: Mlp;
  readonly ls2: LayerScale | nn.Identity;
  readonly dropPath2: nn.DropPath;

  constructor({ dim, heads, layerScale, dropPath }: ViTBlockOptions) {
    super();
    const scale = () => (layerScale === null ? new nn.Identity() : new LayerScale(dim, layerScale));
    this.norm1 = new nn.LayerNorm(dim, { eps: EPS });
    this.attn = new Attention(dim, heads);
    this.ls1 = scale();
    this.dropPath1 = new nn.DropPath(dropPath);
    this.norm2 = new nn.LayerNorm(dim, { eps: EPS });
    this.mlp = new Mlp(dim, 4 * dim);
    this.ls2 = scale();
    this.dropPath2 = new nn.DropPath(dropPath);
  }

  override forward(x: Tensor): Tensor {
    const attended = x.add(this.dropPath1.call(this.ls1.call(this.attn.call(this.norm1.call(x)))));
    return attended.add(this.dropPath2.call(this.ls2.call(this.mlp.call(this.norm2.call(attended)))));
  }
}
