import { ones, zeros } from '../create.ts';
import type { Tensor } from '../tensor.ts';
import { layerNorm } from './functional.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** Normalises over the last dimensions, whose sizes are `shape`. */
export class LayerNorm extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly shape: readonly number[];
  readonly eps: number;

  constructor(shape: number | readonly number[], options: { eps?: number; affine?: boolean } = {}) {
    super();
    const { eps = 1e-5, affine = true } = options;
    this.shape = typeof shape === 'number' ? [shape] : shape;
    this.eps = eps;
    this.weight = affine ? new Parameter(ones(this.shape)) : null;
    this.bias = affine ? new Parameter(zeros(this.shape)) : null;
  }

  override forward(input: Tensor): Tensor {
    return layerNorm(input, this.shape, this.weight, this.bias, this.eps);
  }
}
