import { dispatchVoid, type Tensor } from '../tensor.ts';
import { AdamBase, type AdamOptions } from './adam-base.ts';
import type { OptimizedParams } from './groups.ts';

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019) as torch.optim.AdamW; decays by 0.01 by default. */
export class AdamW extends AdamBase {
  protected override readonly fused = '_fused_adamw_';

  constructor(params: OptimizedParams<AdamOptions>, options: Partial<AdamOptions> = {}) {
    const defaults = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 1e-2 } as const;
    super(params, { ...defaults, ...options });
  }

  protected override decay(
    { lr, weightDecay }: AdamOptions,
    params: readonly Tensor[],
    grads: readonly Tensor[],
  ): readonly Tensor[] {
    if (weightDecay !== 0) dispatchVoid('_foreach_mul_.Scalar', params, 1 - lr * weightDecay);
    return grads;
  }
}
