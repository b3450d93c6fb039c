import type { Tensor } from '../tensor.ts';
import { dropPath } from './functional.ts';
import { Module } from './module.ts';

/** Stochastic depth (Huang et al. 2016): drops a residual branch for whole samples while training. */
export class DropPath extends Module {
  readonly p: number;

  constructor(p = 0) {
    super();
    if (!(p >= 0 && p <= 1)) throw new RangeError(`DropPath: the probability must be from 0 to 1, not ${p}`);
    this.p = p;
  }

  override forward(input: Tensor): Tensor {
    return dropPath(input, this.p, this.training);
  }
}
