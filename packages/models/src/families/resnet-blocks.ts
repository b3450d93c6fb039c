import { nn, type Tensor } from '@radweave/torch';

export interface BlockOptions {
  inChannels: number;
  /** Nominal width of the stage: 64, 128, 256 or 512. */
  planes: number;
  stride: number;
  /** Groups of the 3×3 convolution. */
  cardinality: number;
  /** Width of a group for 64 planes. */
  baseWidth: number;
  dropPath: number;
}

/** A residual block: a branch of convolutions plus a shortcut, then ReLU. */
export abstract class ResidualBlock extends nn.Module {
  abstract readonly downsample: nn.Sequential | null;
  abstract readonly dropPath: nn.DropPath;
  abstract readonly outChannels: number;

  /** The branch up to its last convolution. */
  protected abstract branch(x: Tensor): Tensor;

  /** What follows: it normalises, adds the shortcut and applies ReLU. */
  protected abstract get last(): nn.BatchNormReLU2d;

  /** Starts the block as the identity: its branch's last norm gives 0. */
  zeroInitLast(): void {
    nn.init.zeros_(this.last.weight);
  }

  override forward(x: Tensor): Tensor {
    const branch = this.branch(x);
    const shortcut = this.downsample === null ? x : this.downsample.call(x);
    return this.last.call(branch, shortcut, this.dropPath);
  }
}

/** Two 3×3 convolutions: ResNet-18 and -34. */
export class BasicBlock extends ResidualBlock {
  static readonly expansion = 1;
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNormReLU2d;
  readonly conv2: nn.Conv2d;
  readonly bn2: nn.BatchNormReLU2d;
  readonly downsample: nn.Sequential | null;
  readonly dropPath: nn.DropPath;
  readonly outChannels: number;

  constructor(options: BlockOptions) {
    super();
    const { inChannels, planes, stride } = options;
    this.outChannels = planes;
    const downsample = shortcut(inChannels, planes, stride);
    this.conv1 = new nn.Conv2d(inChannels, planes, 3, { stride, padding: 1, bias: false });
    this.bn1 = new nn.BatchNormReLU2d(planes);
    this.conv2 = new nn.Conv2d(planes, planes, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNormReLU2d(planes);
    this.downsample = downsample;
    this.dropPath = new nn.DropPath(options.dropPath);
  }

  protected override branch(x: Tensor): Tensor {
    return this.conv2.call(this.bn1.call(this.conv1.call(x)));
  }

  protected override get last(): nn.BatchNormReLU2d {
    return this.bn2;
  }
}

/** 1×1, 3×3 (grouped in ResNeXt, wider in Wide ResNet), 1×1: ResNet-50 and deeper. */
export class Bottleneck extends ResidualBlock {
  static readonly expansion = 4;
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNormReLU2d;
  readonly conv2: nn.Conv2d;
  readonly bn2: nn.BatchNormReLU2d;
  readonly conv3: nn.Conv2d;
  readonly bn3: nn.BatchNormReLU2d;
  readonly downsample: nn.Sequential | null;
  readonly dropPath: nn.DropPath;
  readonly outChannels: number;

  constructor(options: BlockOptions) {
    super();
    const { inChannels, planes, stride, cardinality, baseWidth } = options;
    const width = Math.floor((planes * baseWidth) / 64) * cardinality;
    this.outChannels = planes * Bottleneck.expansion;
    const downsample = shortcut(inChannels, this.outChannels, stride);
    this.conv1 = new nn.Conv2d(inChannels, width, 1, { bias: false });
    this.bn1 = new nn.BatchNormReLU2d(width);
    this.conv2 = new nn.Conv2d(width, width, 3, { stride, padding: 1, groups: cardinality, bias: false });
    this.bn2 = new nn.BatchNormReLU2d(width);
    this.conv3 = new nn.Conv2d(width, this.outChannels, 1, { bias: false });
    this.bn3 = new nn.BatchNormReLU2d(this.outChannels);
    this.downsample = downsample;
    this.dropPath = new nn.DropPath(options.dropPath);
  }

  protected override branch(x: Tensor): Tensor {
    const narrow = this.bn1.call(this.conv1.call(x));
    return this.conv3.call(this.bn2.call(this.conv2.call(narrow)));
  }

  protected override get last(): nn.BatchNormReLU2d {
    return this.bn3;
  }
}

/** A projection where the block changes the shape. Made before the branch, as timm does: the initial draws agree. */
function shortcut(inChannels: number, outChannels: number, stride: number): nn.Sequential | null {
  if (stride === 1 && inChannels === outChannels) return null;
  return new nn.Sequential([
    new nn.Conv2d(inChannels, outChannels, 1, { stride, bias: false }),
    new nn.BatchNorm2d(outChannels),
  ]);
}
