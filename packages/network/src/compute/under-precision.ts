import type { Precision } from '@radweave/artifacts';
import { allowTf32, autocast, type Tensor, winograd } from '@radweave/torch';

/** The part of `Compute` that decides the arithmetic. */
export interface Arithmetic {
  /** `cpu` or `cuda:N`. */
  readonly device: string;
  readonly precision: Precision;
}

/** What products are computed in where autocast chooses operators. */
export const AUTOCAST = { bf16: 'bfloat16', fp16: 'float16' } as const;

/** Runs the forward part of a step in the run's precision; what it returns is in float32. */
export function inPrecision(arithmetic: Arithmetic, forward: () => Tensor): Tensor {
  return underPrecision(arithmetic, forward).to('float32');
}

/** {@link inPrecision} for a part of the network whose output continues to the next part, in the dtype it comes in. */
export function underPrecision({ device, precision }: Arithmetic, forward: () => Tensor): Tensor {
  switch (precision) {
    case 'fp32':
      return forward();
    case 'fp32-winograd':
      return winograd(forward);
    case 'tf32':
      return withTf32(forward);
    case 'bf16':
    case 'fp16':
      return autocast({ device, dtype: AUTOCAST[precision] }, forward);
  }
}

/** Runs the backward part of such a step. Autocast has settled its dtypes in the forward pass. */
export function backwardInPrecision({ precision }: Arithmetic, backward: () => void): void {
  if (precision === 'fp32-winograd') winograd(backward);
  else if (precision === 'tf32') withTf32(backward);
  else backward();
}

/** TF32 is the process's, not a thread's: what autograd runs on threads of its own sees it too. */
function withTf32<T>(body: () => T): T {
  allowTf32(true);
  try {
    return body();
  } finally {
    allowTf32(false);
  }
}
