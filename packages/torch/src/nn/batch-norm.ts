import { ones, zeros } from '../create.ts';
import type { Tensor } from '../tensor.ts';
import { batchNorm } from './functional.ts';
import { Module } from './module.ts';
import { Buffer, Parameter } from './parameter.ts';

/** Options of {@link BatchNorm2d}. A `momentum` of null averages all batches alike. */
export interface BatchNormOptions {
  eps?: number;
  momentum?: number | null;
  affine?: boolean;
  trackRunningStats?: boolean;
}

/**
 * Normalises each channel of [N, C, H, W].
 *
 * In training by the batch, and the running statistics move; in eval mode by the running statistics, which stay
 * as they are. A frozen layer is therefore one that is put back into eval mode after `model.train()`.
 */
export class BatchNorm2d extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly running_mean: Buffer | null;
  readonly running_var: Buffer | null;
  readonly num_batches_tracked: Buffer | null;
  readonly features: number;
  readonly eps: number;
  readonly momentum: number | null;

  constructor(features: number, options: BatchNormOptions = {}) {
    super();
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = options;
    this.features = features;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? new Parameter(ones([features])) : null;
    this.bias = affine ? new Parameter(zeros([features])) : null;
    this.running_mean = trackRunningStats ? new Buffer(zeros([features])) : null;
    this.running_var = trackRunningStats ? new Buffer(ones([features])) : null;
    this.num_batches_tracked = trackRunningStats ? new Buffer(zeros([], { dtype: 'int64' })) : null;
  }

  /** Forgets what was seen. */
  resetRunningStats(): void {
    this.running_mean?.zero_();
    this.running_var?.fill_(1);
    this.num_batches_tracked?.zero_();
  }

  override forward(input: Tensor): Tensor {
    if (input.ndim !== 4) throw new RangeError(`BatchNorm2d: expected [N, C, H, W], got ${input}`);
    const { weight, bias, running_mean: mean, running_var: variance, eps } = this;
    const training = this.training || mean === null;
    const momentum = this.training ? this.count() : 0;
    return batchNorm(input, { weight, bias, mean, variance }, { training, momentum, eps });
  }

  /** Counts a training batch; returns how far the running statistics move towards it. */
  private count(): number {
    const batches = this.num_batches_tracked;
    if (batches === null) return this.momentum ?? 0;
    batches.add_(1);
    return this.momentum ?? 1 / batches.item();
  }
}
