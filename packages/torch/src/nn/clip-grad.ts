import { noGrad } from '../autograd.ts';
import { tidy } from '../scope.ts';
import { dispatch, dispatchMany, dispatchVoid, type Tensor } from '../tensor.ts';

/**
 * Scales all gradients so that together, as one vector, they are no longer than `maxNorm`
 * (torch.nn.utils.clip_grad_norm_). Parameters without a gradient are passed over.
 *
 * On a CUDA device nothing waits for it, so that it can be recorded.
 */
export function clipGradNorm(parameters: Iterable<Tensor>, maxNorm: number): void {
  tidy(() =>
    noGrad(() => {
      // Each shares its memory with the parameter's.
      const grads = Array.from(parameters, (parameter) => parameter.grad).filter((grad) => grad !== null);
      if (grads.length === 0) return;
      const total = dispatch('stack', dispatchMany('_foreach_norm.Scalar', grads, 2)).norm(2);
      const factor = total.add(1e-6).reciprocal().mul(maxNorm).clamp(undefined, 1);
      if (factor.device.startsWith('cuda')) dispatchVoid('_foreach_mul_.Tensor', grads, factor);
      else dispatchVoid('_foreach_mul_.Scalar', grads, factor.item());
    }),
  );
}
