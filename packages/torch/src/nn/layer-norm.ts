import { ones, zeros } from '../create.ts';
import type { Tensor } from '../tensor.ts';
import { layerNorm } from './functional.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** Normalises over the last dimensions, whose sizes are `shape`. */
export class LayerNorm extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly shape: readonly number[];
  readonly eps: number;

  constructor(shape: number | readonly number[], { eps = 1e-5 }: { eps?: number } = {}) {
    super();
    this.shape = typeof shape === 'number' ? [shape] : shape;
    this.eps = eps;
    this.weight = new Parameter(ones(this.shape));
    this.bias = new Parameter(zeros(this.shape));
  }

  override forward(input: Tensor): Tensor {
    return layerNorm(input, this.shape, this.weight, this.bias, this.eps);
  }
}
