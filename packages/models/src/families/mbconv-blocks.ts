import { nn, type Tensor } from '@radweave/torch';
import type { BatchNormSettings } from '../entry/entry.ts';
import { Conv2dSame } from '../layers/conv2d-same.ts';

/** An activation function, applied element by element. */
export type Activation = (x: Tensor) => Tensor;

/** Squeeze-and-excitation (Hu et al. 2018, arXiv:1709.01507) as a block uses it. */
export interface Squeeze {
  /** Channels between its two convolutions. */
  channels: number;
  activation: Activation;
  /** Turns what the second one gives into weights from 0 to 1. */
  gate: Activation;
}

/** How convolutions with stride are padded: the same on all sides, or as TensorFlow does it (see {@link Conv2dSame}). */
export type PaddingRule = 'symmetric' | 'tensorflow';

export interface BlockOptions {
  inChannels: number;
  /** Channels of the depthwise convolution, after expansion. */
  midChannels: number;
  outChannels: number;
  kernel: number;
  stride: number;
  activation: Activation;
  squeeze: Squeeze | null;
  batchNorm: BatchNormSettings;
  padding: PaddingRule;
  dropPath: number;
}

/** Weighs the channels by what a small network makes of their means. */
export class SqueezeExcite extends nn.Module {
  readonly conv_reduce: nn.Conv2d;
  readonly conv_expand: nn.Conv2d;
  private readonly activation: Activation;
  private readonly gate: Activation;

  constructor(channels: number, squeeze: Squeeze) {
    super();
    this.conv_reduce = new nn.Conv2d(channels, squeeze.channels, 1);
    this.conv_expand = new nn.Conv2d(squeeze.channels, channels, 1);
    this.activation = squeeze.activation;
    this.gate = squeeze.gate;
  }

  override forward(x: Tensor): Tensor {
    const squeezed = this.activation(this.conv_reduce.call(x.mean([2, 3], true)));
    return x.mul(this.gate(this.conv_expand.call(squeezed)));
  }
}

/** Depthwise convolution, squeeze-and-excitation, projection: the block without expansion. */
export class DepthwiseSeparable extends nn.Module {
  readonly conv_dw: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly se: SqueezeExcite | nn.Identity;
  readonly conv_pw: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  readonly dropPath: nn.DropPath;
  private readonly activation: Activation;
  private readonly hasSkip: boolean;

  constructor(options: BlockOptions) {
    super();
    const { inChannels, outChannels, batchNorm } = options;
    this.activation = options.activation;
    this.hasSkip = hasSkip(options);
    this.conv_dw = depthwise(inChannels, options);
    this.bn1 = new nn.BatchNorm2d(inChannels, batchNorm);
    this.se = squeezeExcite(inChannels, options);
    this.conv_pw = pointwise(inChannels, outChannels);
    this.bn2 = new nn.BatchNorm2d(outChannels, batchNorm);
    this.dropPath = new nn.DropPath(options.dropPath);
  }

  override forward(x: Tensor): Tensor {
    const filtered = this.activation(this.bn1.call(this.conv_dw.call(x)));
    const y = this.bn2.call(this.conv_pw.call(this.se.call(filtered)));
    return this.hasSkip ? this.dropPath.call(y).add(x) : y;
  }
}

/** Expansion, depthwise convolution, squeeze-and-excitation, projection: MBConv (Sandler et al. 2018). */
export class InvertedResidual extends nn.Module {
  readonly conv_pw: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly conv_dw: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  readonly se: SqueezeExcite | nn.Identity;
  readonly conv_pwl: nn.Conv2d;
  readonly bn3: nn.BatchNorm2d;
  readonly dropPath: nn.DropPath;
  private readonly activation: Activation;
  private readonly hasSkip: boolean;

  constructor(options: BlockOptions) {
    super();
    const { inChannels, midChannels, outChannels, batchNorm } = options;
    this.activation = options.activation;
    this.hasSkip = hasSkip(options);
    this.conv_pw = pointwise(inChannels, midChannels);
    this.bn1 = new nn.BatchNorm2d(midChannels, batchNorm);
    this.conv_dw = depthwise(midChannels, options);
    this.bn2 = new nn.BatchNorm2d(midChannels, batchNorm);
    this.se = squeezeExcite(midChannels, options);
    this.conv_pwl = pointwise(midChannels, outChannels);
    this.bn3 = new nn.BatchNorm2d(outChannels, batchNorm);
    this.dropPath = new nn.DropPath(options.dropPath);
  }

  override forward(x: Tensor): Tensor {
    const expanded = this.activation(this.bn1.call(this.conv_pw.call(x)));
    const filtered = this.activation(this.bn2.call(this.conv_dw.call(expanded)));
    const y = this.bn3.call(this.conv_pwl.call(this.se.call(filtered)));
    return this.hasSkip ? this.dropPath.call(y).add(x) : y;
  }
}

/** A plain convolution with norm and activation: the last block of MobileNetV3. */
export class ConvNormAct extends nn.Module {
  readonly conv: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  private readonly activation: Activation;

  constructor({ inChannels, outChannels, activation, batchNorm, ...shape }: BlockOptions) {
    super();
    this.conv = spatial(inChannels, outChannels, shape);
    this.bn1 = new nn.BatchNorm2d(outChannels, batchNorm);
    this.activation = activation;
  }

  override forward(x: Tensor): Tensor {
    return this.activation(this.bn1.call(this.conv.call(x)));
  }
}

/**
 * Initial weights as in TensorFlow's own networks and timm's `_init_weight_goog`: normal by the fan out of a group,
 * classifiers uniform by the number of classes, biases 0.
 */
export function initWeights(model: nn.Module): void {
  for (const [, module] of model.namedModules()) {
    if (module instanceof nn.Conv2d) {
      const fanOut = (module.kernel[0] * module.kernel[1] * module.outChannels) / module.groups;
      nn.init.normal_(module.weight, 0, Math.sqrt(2 / fanOut));
    } else if (module instanceof nn.Linear) {
      const range = 1 / Math.sqrt(module.weight.size(0));
      nn.init.uniform_(module.weight, -range, range);
    } else continue;
    if (module.bias !== null) nn.init.zeros_(module.bias);
  }
}

function hasSkip({ inChannels, outChannels, stride }: BlockOptions): boolean {
  return stride === 1 && inChannels === outChannels;
}

/** A convolution without bias that keeps the size, divided by the stride. */
export function spatial(
  inChannels: number,
  outChannels: number,
  shape: Pick<BlockOptions, 'kernel' | 'stride' | 'padding'>,
  groups = 1,
): nn.Conv2d {
  const { kernel, stride, padding } = shape;
  const options = { stride, groups, bias: false };
  // Without stride TensorFlow pads the same on all sides too.
  return padding === 'tensorflow' && stride > 1
    ? new Conv2dSame(inChannels, outChannels, kernel, options)
    : new nn.Conv2d(inChannels, outChannels, kernel, { ...options, padding: half(kernel) });
}

function depthwise(channels: number, shape: BlockOptions): nn.Conv2d {
  return spatial(channels, channels, shape, channels);
}

function pointwise(inChannels: number, outChannels: number): nn.Conv2d {
  return new nn.Conv2d(inChannels, outChannels, 1, { bias: false });
}

function squeezeExcite(channels: number, { squeeze }: BlockOptions): SqueezeExcite | nn.Identity {
  return squeeze === null ? new nn.Identity() : new SqueezeExcite(channels, squeeze);
}

/** Padding that keeps the size at stride 1; kernels are odd. */
function half(kernel: number): number {
  return (kernel - 1) / 2;
}
