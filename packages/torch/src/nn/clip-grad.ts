import { noGrad } from '../autograd.ts';
import { tidy } from '../scope.ts';
import { dispatch, dispatchMany, dispatchVoid, type Tensor } from '../tensor.ts';

/** Gradients of those that have one; each shares its memory with the parameter's. */
function gradients(parameters: Iterable<Tensor>): Tensor[] {
  return Array.from(parameters, (parameter) => parameter.grad).filter((grad) => grad !== null);
}

/**
 * Scales all gradients so that together, as one vector, they are no longer than `maxNorm`
 * (torch.nn.utils.clip_grad_norm_). Parameters without a gradient are passed over.
 *
 * @param options.normType order of the norm, 2 by default; Infinity for the largest element.
 * @returns the length before clipping; NaN or Infinity when a gradient is not finite.
 */
export function clipGradNorm(
  parameters: Iterable<Tensor>,
  maxNorm: number,
  options: { normType?: number } = {},
): number {
  const { normType = 2 } = options;
  return tidy(() =>
    noGrad(() => {
      const grads = gradients(parameters);
      if (grads.length === 0) return 0;
      const total = dispatch('stack', norms(grads, normType)).norm(normType);
      dispatchVoid('_foreach_mul_.Scalar', grads, coefficient(total, maxNorm).item());
      return total.item();
    }),
  );
}

/**
 * {@link clipGradNorm} by the 2-norm without telling it: on a CUDA device nothing waits for it, so that it can be recorded.
 */
export function limitGradNorm(parameters: Iterable<Tensor>, maxNorm: number): void {
  tidy(() =>
    noGrad(() => {
      const grads = gradients(parameters);
      if (grads.length === 0) return;
      const factor = coefficient(dispatch('stack', norms(grads, 2)).norm(2), maxNorm);
      if (factor.device.startsWith('cuda')) dispatchVoid('_foreach_mul_.Tensor', grads, factor);
      else dispatchVoid('_foreach_mul_.Scalar', grads, factor.item());
    }),
  );
}

/** What gradients of a length are multiplied by, at most 1. */
function coefficient(total: Tensor, maxNorm: number): Tensor {
  return total.add(1e-6).reciprocal().mul(maxNorm).clamp(undefined, 1);
}

/** Norm of each gradient; libtorch's multi-tensor operator knows orders 1 and 2 everywhere. */
function norms(grads: readonly Tensor[], normType: number): Tensor[] {
  if (normType === 1 || normType === 2) return dispatchMany('_foreach_norm.Scalar', grads, normType);
  return grads.map((grad) => grad.norm(normType));
}

/** Limits each element of each gradient to ±`limit` (torch.nn.utils.clip_grad_value_). */
export function clipGradValue(parameters: Iterable<Tensor>, limit: number): void {
  tidy(() =>
    noGrad(() => {
      for (const grad of gradients(parameters)) grad.clamp_(-limit, limit);
    }),
  );
}
