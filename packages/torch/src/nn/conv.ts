import { isGradEnabled, noGrad } from '../autograd.ts';
import { empty } from '../create.ts';
import type { DType } from '../dtype.ts';
import { tidy } from '../scope.ts';
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

/** What a convolution computes with: weight [Cout, Cin / groups, kH, kW] and bias [Cout]. */
export interface ConvWeights {
  weight: Tensor;
  bias: Tensor | null;
}

/** Convolution of [N, Cin, H, W] with weight [Cout, Cin / groups, kH, kW]; initialised as torch.nn.Conv2d. */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: readonly [number, number];
  readonly stride: Size2;
  readonly padding: Size2;
  readonly dilation: Size2;
  readonly groups: number;
  /** Stands in for the parameters, which stay as they are. */
  private standIn: ConvWeights | null = null;

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

  /** Draws the initial weights again. */
  resetParameters(): void {
    resetAffine(this.weight, this.bias);
  }

  /**
   * Computes with other weights than the parameters from now on, with the parameters again when given null. The state dict
   * does not change; what is loaded into it later is not seen. Takes over the tensors.
   */
  computeWith(weights: ConvWeights | null): void {
    this.standIn?.weight.dispose();
    this.standIn?.bias?.dispose();
    weights?.weight.keep();
    weights?.bias?.keep();
    this.standIn = weights;
  }

  /**
   * Rounds the weights that this layer computes with to a shorter type, once and for all: autocast would at each call, to the same
   * bits. For inference under autocast to this type only.
   */
  roundWeights(dtype: DType): void {
    const { weight, bias } = this.standIn ?? this;
    if (weight.dtype === dtype) return;
    const rounded = noGrad(() => tidy(() => ({ weight: weight.to(dtype), bias: bias?.to(dtype) ?? null })));
    this.computeWith(rounded);
  }

  /** @throws RangeError when the parameters should learn while other weights stand in for them. */
  override forward(input: Tensor): Tensor {
    const { stride, padding, dilation, groups, standIn } = this;
    if (standIn !== null && this.weight.requiresGrad && isGradEnabled()) {
      throw new RangeError('Conv2d: other weights stand in for the parameters, which therefore cannot learn');
    }
    const { weight, bias } = standIn ?? this;
    return conv2d(input, weight, bias, { stride, padding, dilation, groups });
  }
}
