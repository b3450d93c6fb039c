import { noGrad } from '../autograd.ts';
import { ones, zeros } from '../create.ts';
import { tidy } from '../scope.ts';
import { inPlace, type Tensor } from '../tensor.ts';
import { batchNormTogether, type Together } from './batch-norm-together.ts';
import type { Conv2d } from './conv.ts';
import type { DropPath } from './dropout.ts';
import { type BatchNormMode, type BatchNormState, batchNorm, batchNormRelu } from './functional.ts';
import { Module } from './module.ts';
import { Buffer, Parameter } from './parameter.ts';

/** Options of {@link BatchNorm2d}. */
export interface BatchNormOptions {
  eps?: number;
  momentum?: number;
}

/**
 * Normalises each channel of [N, C, H, W].
 *
 * In training by the batch, and the running statistics move; in eval mode by the running statistics, which stay
 * as they are. A frozen layer is therefore one that is put back into eval mode after `model.train()`.
 */
export class BatchNorm2d<
  Args extends readonly [input: Tensor, ...unknown[]] = [input: Tensor],
> extends Module<Args> {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly running_mean: Buffer;
  readonly running_var: Buffer;
  readonly num_batches_tracked: Buffer;
  readonly features: number;
  readonly eps: number;
  readonly momentum: number;
  /** In training: the processes whose slices are one batch with these; null for this one alone. */
  together: Together | null = null;
  /** Set when a convolution does this layer's work. */
  protected isMoved = false;

  constructor(features: number, { eps = 1e-5, momentum = 0.1 }: BatchNormOptions = {}) {
    super();
    this.features = features;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = new Parameter(ones([features]));
    this.bias = new Parameter(zeros([features]));
    this.running_mean = new Buffer(zeros([features]));
    this.running_var = new Buffer(ones([features]));
    this.num_batches_tracked = new Buffer(zeros([], { dtype: 'int64' }));
  }

  /**
   * Lets a convolution whose output this layer normalises do the work: weights scaled and shifted by the running statistics
   * stand in for its own, and from now on this layer passes its input on. No parameter or buffer changes, and none may
   * change any more.
   *
   * @returns what undoes it.
   * @throws RangeError in training mode.
   */
  moveInto(conv: Conv2d): () => void {
    const { running_mean: mean, running_var: variance, weight, bias, eps } = this;
    if (this.training) throw new RangeError('BatchNorm2d: only in eval mode can it be moved');
    const scaled = noGrad(() =>
      tidy(() => {
        const scale = variance.add(eps).rsqrt().mul(weight);
        const shift = conv.bias === null ? mean.neg() : conv.bias.sub(mean);
        return {
          weight: conv.weight.mul(scale.reshape([-1, 1, 1, 1])),
          bias: shift.mul(scale).add(bias),
        };
      }),
    );
    conv.computeWith(scaled);
    this.isMoved = true;
    return () => {
      conv.computeWith(null);
      this.isMoved = false;
    };
  }

  override forward(...[input]: Args): Tensor {
    if (this.isMoved) return input;
    const mode = this.begin(input);
    const { together, state, training } = this;
    if (together === null || !training) return batchNorm(input, state, mode);
    return batchNormTogether(input, state, mode, together);
  }

  protected get state(): BatchNormState {
    const { weight, bias, running_mean: mean, running_var: variance } = this;
    return { weight, bias, mean, variance };
  }

  /** How a batch is normalised; in training it counts. */
  protected begin(input: Tensor): BatchNormMode {
    if (input.ndim !== 4)
      throw new RangeError(`${this.constructor.name}: expected [N, C, H, W], got ${input}`);
    const { training, momentum, eps } = this;
    if (training) this.num_batches_tracked.add_(1);
    return { training, momentum, eps };
  }
}

/**
 * {@link BatchNorm2d}, then ReLU; given a shortcut max(0, norm(input) + shortcut), as at the end of a residual block, and
 * max(0, dropPath(norm(input)) + shortcut) with a drop path. In training on a CPU one operator (see `F.batchNormRelu`).
 */
export class BatchNormReLU2d extends BatchNorm2d<[input: Tensor, shortcut?: Tensor, dropPath?: DropPath]> {
  override forward(input: Tensor, shortcut?: Tensor, dropPath?: DropPath): Tensor {
    const drops = this.training && dropPath !== undefined && dropPath.p > 0;
    const isTogether = this.training && this.together !== null;
    if (!drops && !this.isMoved && !isTogether)
      return batchNormRelu(input, shortcut ?? null, this.state, this.begin(input));
    const normed = super.forward(input);
    // In place: nobody else has the result of a norm, or of a convolution that does its work.
    const branch = drops ? dropPath.call(normed) : normed;
    return inPlace('relu_', shortcut === undefined ? branch : branch.add_(shortcut));
  }
}
