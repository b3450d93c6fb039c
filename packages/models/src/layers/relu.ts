import { F, inPlace, type Tensor } from '@radweave/torch';

/**
 * ReLU in place. Safe on the output of a batch norm, which does not need its result for its gradient.
 */
export function relu_(x: Tensor): Tensor {
  return inPlace('relu_', x);
}

/** ReLU6, min(max(x, 0), 6), in place where libtorch can; safe where {@link relu_} is. */
export function relu6_(x: Tensor): Tensor {
  return x.dtype === 'bfloat16' ? F.relu6(x) : inPlace('hardtanh_', x, 0, 6);
}
