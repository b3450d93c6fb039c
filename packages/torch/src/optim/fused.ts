import { native } from '@radweave/native';
import type { Tensor } from '../tensor.ts';

// A file of its own: the test of skipped steps says what is fused in place of it.

/**
 * Whether a fused operator that reads its learning rate from a tensor updates these parameters: on CUDA, with libtorch 2.3 or
 * newer. On a CPU the operators over lists stay, so that results there are the same with every libtorch.
 */
export function isFusable(operator: string, params: readonly Tensor[]): boolean {
  return (
    params[0]?.device.startsWith('cuda') === true &&
    native().schema(`aten::${operator}`, 'tensor_lr') !== null
  );
}
