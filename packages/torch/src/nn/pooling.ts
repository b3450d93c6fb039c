import type { Tensor } from '../tensor.ts';
import { adaptiveAvgPool2d, avgPool2d, maxPool2d, type Size2 } from './functional.ts';
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

/** Options of {@link AvgPool2d}; the stride is the kernel's size unless given. */
export interface AvgPool2dOptions {
  stride?: Size2;
  padding?: Size2;
  ceilMode?: boolean;
  countIncludePad?: boolean;
}

/** Mean of each window of [N, C, H, W]. */
export class AvgPool2d extends Module {
  readonly kernel: Size2;
  readonly options: AvgPool2dOptions;

  constructor(kernel: Size2, options: AvgPool2dOptions = {}) {
    super();
    this.kernel = kernel;
    this.options = options;
  }

  override forward(input: Tensor): Tensor {
    return avgPool2d(input, this.kernel, this.options);
  }
}

/** Means over windows that make the result [N, C, size]. */
export class AdaptiveAvgPool2d extends Module {
  readonly size: Size2;

  constructor(size: Size2) {
    super();
    this.size = size;
  }

  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool2d(input, this.size);
  }
}
