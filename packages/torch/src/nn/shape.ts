import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';

/** Gives back what it is given: stands where another module was left out. */
export class Identity extends Module {
  override forward(input: Tensor): Tensor {
    return input;
  }
}

/** Joins the dimensions `start` to `end`; all but the batch by default. */
export class Flatten extends Module {
  readonly start: number;
  readonly end: number;

  constructor(start = 1, end = -1) {
    super();
    this.start = start;
    this.end = end;
  }

  override forward(input: Tensor): Tensor {
    return input.flatten(this.start, this.end);
  }
}
