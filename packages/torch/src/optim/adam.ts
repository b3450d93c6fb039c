import { dispatchMany, type Tensor } from '../tensor.ts';
import { AdamBase, type AdamOptions } from './adam-base.ts';
import type { OptimizedParams } from './groups.ts';
import type { PackedGroup } from './optimizer.ts';

/** Adam (Kingma & Ba 2015) as torch.optim.Adam: weight decay is added to the gradients. */
export class Adam extends AdamBase {
  protected override readonly fused = '_fused_adam_';
  protected override readonly unused: PackedGroup = {
    amsgrad: false,
    maximize: false,
    foreach: null,
    capturable: false,
    differentiable: false,
    fused: false,
  };
  /** torch 2.7 and later mark in the group that AdamW made the state. */
  protected override readonly required: PackedGroup = {
    amsgrad: false,
    decoupled_weight_decay: false,
    maximize: false,
    differentiable: false,
  };

  constructor(params: OptimizedParams<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, ...options });
  }

  protected override decay(
    { weightDecay }: AdamOptions,
    params: readonly Tensor[],
    grads: readonly Tensor[],
  ): readonly Tensor[] {
    return weightDecay === 0 ? grads : dispatchMany('_foreach_add.List', grads, params, weightDecay);
  }
}
