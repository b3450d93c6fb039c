import type { Tensor } from '../tensor.ts';
import { maxPool2d, type Size2 } from './functional.ts';
import { Module } from './module.ts';

/** Options of {@link MaxPool2d}; the stride is the kernel's size unless given. */
export interface MaxPool2dOptions {
  stride?: Size2;
  padding?: Size2;
  dilation?: Size2;
  ceilMode?: boolean;
}

/** Largest value of each window of [N, C, H, W]. */
export class MaxPool2d extends Module {
  readonly kernel: Size2;
  readonly options: MaxPool2dOptions;

  constructor(kernel: Size2, options: MaxPool2dOptions = {}) {
    super();
    this.kernel = kernel;
    this.options = options;
  }

  override forward(input: Tensor): Tensor {
    return maxPool2d(input, this.kernel, this.options);
  }
}
