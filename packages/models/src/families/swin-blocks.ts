import { empty, F, nn, type Tensor } from '@radweave/torch';
import { selfAttention } from '../layers/attention.ts';
import { Mlp } from '../layers/mlp.ts';
import { merge, type Pair, partition, relativePositionIndex, roundUp, shiftMask } from './swin-windows.ts';

/** Multi-head attention inside windows with a learned bias for each relative position. */
export class WindowAttention extends nn.Module<[Tensor, Tensor | null]> {
  readonly relative_position_bias_table: nn.Parameter;
  readonly relative_position_index: nn.Buffer;
  readonly qkv: nn.Linear;
  readonly proj: nn.Linear;
  private readonly heads: number;
  private readonly area: number;

  constructor(dim: number, heads: number, window: Pair) {
    super();
    this.heads = heads;
    this.area = window[0] * window[1];
    const offsets = (2 * window[0] - 1) * (2 * window[1] - 1);
    this.relative_position_bias_table = new nn.Parameter(empty([offsets, heads]));
    this.relative_position_index = new nn.Buffer(relativePositionIndex(window), { persistent: false });
    this.qkv = new nn.Linear(dim, dim * 3);
    this.proj = new nn.Linear(dim, dim);
    nn.init.truncNormal_(this.relative_position_bias_table, 0, 0.02);
  }

  /** windows [B · windows, area, C]; mask [windows, 1, area, area] or null. */
  override forward(x: Tensor, mask: Tensor | null): Tensor {
    const attended = selfAttention(this.qkv.call(x), this.heads, (scores) => this.withBias(scores, mask));
    return this.proj.call(attended);
  }

  /** Bias and mask are joined first: the scores, by far the largest tensor, are passed over once. */
  private withBias(scores: Tensor, mask: Tensor | null): Tensor {
    const { area, heads } = this;
    const rows = this.relative_position_bias_table.indexSelect(0, this.relative_position_index);
    const bias = rows.view([area, area, heads]).permute([2, 0, 1]);
    if (mask === null) return add(scores, bias);
    const windows = mask.size(0);
    const grouped = add(scores.view([-1, windows, heads, area, area]), bias.add(mask));
    return grouped.view([-1, heads, area, area]);
  }
}

/** In place where that keeps the precision: under autocast the scores are bfloat16 and the bias is not. */
function add(scores: Tensor, bias: Tensor): Tensor {
  return scores.dtype === bias.dtype ? scores.add_(bias) : scores.add(bias);
}

export interface SwinBlockOptions {
  dim: number;
  heads: number;
  /** Height and width of the feature map. */
  size: Pair;
  /** The same by timm's reckoning, which rounds down where patch merging pads; it decides window and shift. */
  nominal: Pair;
  /** Side of the windows; less where the feature map is smaller. */
  window: number;
  /** Whether the windows are shifted by half their side (not along a side where there is one window only). */
  shifted: boolean;
  dropPath: number;
}

/** Attention in windows, then the feed-forward half, both as residual branches; [B, H, W, C] throughout. */
export class SwinBlock extends nn.Module {
  readonly norm1: nn.LayerNorm;
  readonly attn: WindowAttention;
  readonly dropPath1: nn.DropPath;
  readonly norm2: nn.LayerNorm;
  readonly mlp: Mlp;
  readonly dropPath2: nn.DropPath;
  readonly attn_mask: nn.Buffer | null;
  private readonly window: Pair;
  private readonly shift: Pair;

  constructor(options: SwinBlockOptions) {
    super();
    const { dim, heads, size, nominal, window, shifted, dropPath } = options;
    const [height, width] = nominal;
    const half = shifted ? Math.floor(window / 2) : 0;
    this.window = [Math.min(height, window), Math.min(width, window)];
    this.shift = [height <= this.window[0] ? 0 : half, width <= this.window[1] ? 0 : half];
    this.norm1 = new nn.LayerNorm(dim);
    this.attn = new WindowAttention(dim, heads, this.window);
    this.dropPath1 = new nn.DropPath(dropPath);
    this.norm2 = new nn.LayerNorm(dim);
    this.mlp = new Mlp(dim, 4 * dim);
    this.dropPath2 = new nn.DropPath(dropPath);
    this.attn_mask = this.isShifted
      ? new nn.Buffer(shiftMask(size, this.window, this.shift), { persistent: false })
      : null;
  }

  override forward(x: Tensor): Tensor {
    const attended = x.add(this.dropPath1.call(this.attend(this.norm1.call(x))));
    return attended.add(this.dropPath2.call(this.mlp.call(this.norm2.call(attended))));
  }

  private get isShifted(): boolean {
    return this.shift[0] > 0 || this.shift[1] > 0;
  }

  private attend(x: Tensor): Tensor {
    const [, height = 0, width = 0] = x.shape;
    const { shift, window } = this;
    const paddedHeight = roundUp(height, window[0]);
    const paddedWidth = roundUp(width, window[1]);
    const isPadded = paddedHeight > height || paddedWidth > width;
    let y = this.isShifted ? x.roll([-shift[0], -shift[1]], [1, 2]) : x;
    // Shift first, then pad: timm's order (torchvision pads first, so the two differ where padding is needed).
    if (isPadded) y = F.pad(y, [0, 0, 0, paddedWidth - width, 0, paddedHeight - height]);
    const windows = this.attn.call(partition(y, window), this.attn_mask);
    y = merge(windows, window, paddedHeight, paddedWidth);
    if (isPadded) y = y.narrow(1, 0, height).narrow(2, 0, width);
    return this.isShifted ? y.roll(shift, [1, 2]) : y;
  }
}

/** Joins 2×2 neighbours: [B, H, W, C] to [B, ⌈H / 2⌉, ⌈W / 2⌉, 2 C]. */
export class PatchMerging extends nn.Module {
  readonly norm: nn.LayerNorm;
  readonly reduction: nn.Linear;

  constructor(dim: number) {
    super();
    this.norm = new nn.LayerNorm(4 * dim);
    this.reduction = new nn.Linear(4 * dim, 2 * dim, { bias: false });
  }

  override forward(x: Tensor): Tensor {
    const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
    const even = height % 2 === 0 && width % 2 === 0 ? x : F.pad(x, [0, 0, 0, width % 2, 0, height % 2]);
    const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
    const joined = even
      .reshape([batch, rows, 2, columns, 2, channels])
      .permute([0, 1, 3, 4, 2, 5])
      .reshape([batch, rows, columns, 4 * channels]);
    return this.reduction.call(this.norm.call(joined));
  }
}
