import { noGrad } from '../autograd.ts';
import { full } from '../create.ts';
import { requireVariance } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { type BatchNormMode, type BatchNormState, cat } from './functional.ts';

/** The processes whose slices are one batch. */
export interface Together {
  /** The sum of all processes' tensors, through which gradients flow. */
  sumOfAll(tensor: Tensor): Tensor;
  /** 1; 0 for a process whose slices count nothing. */
  share: number;
  /** Of the batch, in all processes: each knows without waiting for its device. */
  slices: number;
}

/**
 * Batch norm in training by mean and variance of all processes' slices, as torch's SyncBatchNorm, which has no kernel for CPUs. The
 * variance is that of the values less the mean: a difference of squares would lose digits.
 *
 * @param input [N, C, H, W]; N may differ among the processes.
 * @throws BatchNormSizeError in all of them when a channel has a single value.
 */
export function batchNormTogether(
  input: Tensor,
  { weight, bias, mean: runningMean, variance: runningVariance }: BatchNormState,
  { momentum = 0.1, eps = 1e-5 }: BatchNormMode,
  { sumOfAll, share, slices }: Together,
): Tensor {
  const channels = input.size(1);
  requireVariance(input.shape, (slices * input.numel) / (input.size(0) * channels));
  const perChannel = (values: Tensor): Tensor => values.reshape([1, channels, 1, 1]);
  const x = input.to('float32');
  const own = full([1], input.numel / channels, { device: input.device });
  const sums = sumOfAll(cat([x.sum([0, 2, 3]), own]).mul(share));
  const count = sums.narrow(0, channels, 1).detach();
  const mean = sums.narrow(0, 0, channels).div(count);
  const centred = x.sub(perChannel(mean));
  const variance = sumOfAll(centred.square().sum([0, 2, 3]).mul(share)).div(count);
  noGrad(() => {
    runningMean.mul_(1 - momentum).add_(mean.mul(momentum));
    const unbiased = variance.mul(count).div(count.sub(1));
    runningVariance.mul_(1 - momentum).add_(unbiased.mul(momentum));
  });
  const scale = variance.add(eps).rsqrt();
  const normed = centred.mul(perChannel(scale.mul(weight)));
  return normed.add(perChannel(bias)).to(input.dtype);
}
