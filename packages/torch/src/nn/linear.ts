import { empty } from '../create.ts';
import type { Tensor } from '../tensor.ts';
import { linear } from './functional.ts';
import { calculateFan, kaimingUniform_, uniform_ } from './init.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** The initialisation that torch gives Linear and Conv2d: uniform on ±1/√fan for the weight, then the bias. */
export function resetAffine(weight: Parameter, bias: Parameter | null): void {
  kaimingUniform_(weight, { a: Math.sqrt(5) });
  const { fanIn } = calculateFan(weight);
  if (bias === null || fanIn === 0) return;
  const bound = 1 / Math.sqrt(fanIn);
  uniform_(bias, -bound, bound);
}

/** [..., in] → [..., out] by weight [out, in]; initialised as torch.nn.Linear. */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inFeatures: number;
  readonly outFeatures: number;

  constructor(inFeatures: number, outFeatures: number, options: { bias?: boolean } = {}) {
    super();
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(empty([outFeatures, inFeatures]));
    this.bias = (options.bias ?? true) ? new Parameter(empty([outFeatures])) : null;
    this.resetParameters();
  }

  /** Draws the initial weights again. */
  resetParameters(): void {
    resetAffine(this.weight, this.bias);
  }

  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }
}
