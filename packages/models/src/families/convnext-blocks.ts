import { F, full, nn, type Tensor } from '@radweave/torch';
import type { Classifier } from '../layers/classifier.ts';
import { Mlp } from '../layers/mlp.ts';

const EPS = 1e-6;
/** Start of the scale on each residual branch. */
const LAYER_SCALE = 1e-6;

/** Layer norm over the channels of [N, C, H, W]. */
class LayerNorm2d extends nn.LayerNorm {
  constructor(channels: number) {
    super(channels, { eps: EPS });
  }

  override forward(x: Tensor): Tensor {
    return super.forward(x.permute([0, 2, 3, 1])).permute([0, 3, 1, 2]);
  }
}

/** Non-overlapping patches as pixels of a feature map: [N, C, H, W] to [N, channels, H / 4, W / 4]. */
export class ConvNeXtStem extends nn.Sequential {
  readonly conv: nn.Conv2d;

  constructor(inChans: number, channels: number) {
    const conv = new nn.Conv2d(inChans, channels, 4, { stride: 4 });
    super([conv, new LayerNorm2d(channels)]);
    this.conv = conv;
  }
}

/** Depthwise 7×7 convolution, norm and feed-forward half as one residual branch, scaled per channel. */
class ConvNeXtBlock extends nn.Module {
  readonly gamma: nn.Parameter;
  readonly conv_dw: nn.Conv2d;
  readonly norm: nn.LayerNorm;
  readonly mlp: Mlp;
  readonly dropPath: nn.DropPath;

  constructor(channels: number, dropPath: number) {
    super();
    this.conv_dw = new nn.Conv2d(channels, channels, 7, { padding: 3, groups: channels });
    this.norm = new nn.LayerNorm(channels, { eps: EPS });
    this.mlp = new Mlp(channels, 4 * channels);
    this.gamma = new nn.Parameter(full([channels], LAYER_SCALE));
    this.dropPath = new nn.DropPath(dropPath);
  }

  override forward(x: Tensor): Tensor {
    const last = this.norm.call(this.conv_dw.call(x).permute([0, 2, 3, 1]));
    const branch = this.mlp.call(last).mul(this.gamma).permute([0, 3, 1, 2]);
    return this.dropPath.call(branch).add(x);
  }
}

/** Halving of the resolution (not in the first stage), then the blocks. */
export class ConvNeXtStage extends nn.Module {
  readonly downsample: nn.Sequential | nn.Identity;
  readonly blocks: nn.Sequential;

  /** @param rates drop path of each block. */
  constructor(inChannels: number, channels: number, rates: readonly number[]) {
    super();
    this.downsample =
      inChannels === channels
        ? new nn.Identity()
        : new nn.Sequential([
            new LayerNorm2d(inChannels),
            new nn.Conv2d(inChannels, channels, 2, { stride: 2 }),
          ]);
    this.blocks = new nn.Sequential(rates.map((rate) => new ConvNeXtBlock(channels, rate)));
  }

  override forward(x: Tensor): Tensor {
    return this.blocks.call(this.downsample.call(x));
  }
}

/** Norm of the pooled vector [N, C], then the classifier. */
export class ConvNeXtHead extends nn.Module<[Tensor, boolean]> {
  readonly norm: nn.LayerNorm;
  readonly fc: Classifier;
  private readonly dropRate: number;

  constructor(fc: Classifier, channels: number, dropRate: number) {
    super();
    this.norm = new nn.LayerNorm(channels, { eps: EPS });
    this.fc = fc;
    this.dropRate = dropRate;
  }

  override forward(pooled: Tensor, preLogits: boolean): Tensor {
    const dropped = F.dropout(this.norm.call(pooled), this.dropRate, this.training);
    return preLogits ? dropped : this.fc.call(dropped);
  }
}
