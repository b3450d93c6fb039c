import { F, nn, type Tensor } from '@radweave/torch';

/**
 * A convolution with stride whose input is padded as TensorFlow's `SAME` does it: the output has a pixel for every stride
 * begun, and of an odd number of rows or columns of zeros the larger half lies below and to the right. timm's `Conv2dSame`.
 */
export class Conv2dSame extends nn.Conv2d {
  private readonly step: number;

  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number,
    options: { stride: number; groups?: number; bias?: boolean },
  ) {
    super(inChannels, outChannels, kernel, options);
    this.step = options.stride;
  }

  override forward(input: Tensor): Tensor {
    const [height, width] = this.kernel;
    const [top, bottom] = samePadding(input.size(-2), height, this.step);
    const [left, right] = samePadding(input.size(-1), width, this.step);
    return super.forward(
      top + bottom + left + right === 0 ? input : F.pad(input, [left, right, top, bottom]),
    );
  }
}

/** Zeros before and after an axis. */
function samePadding(size: number, kernel: number, stride: number): readonly [before: number, after: number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  const before = Math.floor(total / 2);
  return [before, total - before];
}
