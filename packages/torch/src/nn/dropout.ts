import type { Tensor } from '../tensor.ts';
import { dropout, dropPath } from './functional.ts';
import { Module } from './module.ts';

function checkProbability(name: string, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${name}: the probability must be from 0 to 1, not ${p}`);
  return p;
}

/** Zeroes single elements while training. */
export class Dropout extends Module {
  readonly p: number;

  constructor(p = 0.5) {
    super();
    this.p = checkProbability('Dropout', p);
  }

  override forward(input: Tensor): Tensor {
    return dropout(input, this.p, this.training);
  }
}

/** Stochastic depth (Huang et al. 2016): drops a residual branch for whole samples while training. */
export class DropPath extends Module {
  readonly p: number;
  readonly scaleByKeep: boolean;

  constructor(p = 0, scaleByKeep = true) {
    super();
    this.p = checkProbability('DropPath', p);
    this.scaleByKeep = scaleByKeep;
  }

  override forward(input: Tensor): Tensor {
    return dropPath(input, this.p, this.training, this.scaleByKeep);
  }
}
