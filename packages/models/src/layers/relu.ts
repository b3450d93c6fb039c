import { inPlace, type Tensor } from '@radweave/torch';

/**
 * ReLU in place. Safe on the output of a batch norm, which does not need its result for its gradient.
 */
export function relu_(x: Tensor): Tensor {
  return inPlace('relu_', x);
}
