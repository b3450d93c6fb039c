import { empty } from '../create.ts';
import type { Tensor } from '../tensor.ts';
import { conv2d, type Size2 } from './functional.ts';
import { resetAffine } from './linear.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** Options of {@link Conv2d}; `bias` is on unless switched off. */
export interface Conv2dOptions {
  stride?: Size2;
  padding?: Size2;
  dilation?: Size2;
  groups?: number;
  bias?: boolean;
}

/** Convolution of [N, Cin, H, W] with weight [Cout, Cin / groups, kH, kW]; initialised as torch.nn.Conv2d. */
export class Conv2d extends Module {
  readonly weight: Parameter;
  /** Given one by a batch norm that is moved into the convolution, even if it was made without. */
  bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: readonly [number, number];
  readonly stride: Size2;
  readonly padding: Size2;
  readonly dilation: Size2;
  readonly groups: number;

  /** @throws RangeError when the channels cannot be divided into `groups`. */
  constructor(inChannels: number, outChannels: number, kernel: Size2, options: Conv2dOptions = {}) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new RangeError(`Conv2d: ${inChannels} → ${outChannels} channels cannot form ${groups} groups`);
    }
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernel = typeof kernel === 'number' ? [kernel, kernel] : kernel;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.groups = groups;
    this.weight = new Parameter(empty([outChannels, inChannels / groups, ...this.kernel]));
    this.bias = bias ? new Parameter(empty([outChannels])) : null;
    this.resetParameters();
  }

  /** Draws the initial weights anew. */
  resetParameters(): void {
    resetAffine(this.weight, this.bias);
  }

  override forward(input: Tensor): Tensor {
    const { stride, padding, dilation, groups } = this;
    return conv2d(input, this.weight, this.bias, { stride, padding, dilation, groups });
  }
}
