import { zerosLike } from '../create.ts';
import { dispatchMany, dispatchVoid, type Tensor } from '../tensor.ts';
import { checkNotNegative } from './checks.ts';
import { FusedRates } from './fused-rates.ts';
import type { GroupOptions, OptimizedParams, ParamGroup } from './groups.ts';
import { isSkipped, Optimizer, type PackedGroup, type PackedState } from './optimizer.ts';
import type { SavedDict } from './saved-dict.ts';

export interface SGDOptions extends GroupOptions {
  momentum: number;
}

/** As torch saves them: of these, others than here are not offered. */
interface SavedOptions extends SGDOptions {
  dampening: number;
  nesterov: boolean;
}

interface SGDState {
  /** Null as long as there has been no momentum. */
  momentumBuffer: Tensor | null;
}

/** Stochastic gradient descent; the update rule is torch.optim.SGD's (its `_multi_tensor_sgd`). */
export class SGD extends Optimizer<SavedOptions, SGDState> {
  protected override readonly unused: PackedGroup = { maximize: false, foreach: null, differentiable: false };
  protected override readonly required: PackedGroup = {
    dampening: 0,
    nesterov: false,
    maximize: false,
    differentiable: false,
  };
  private readonly rates = new FusedRates();

  /** @param options `lr` must be given; everything else is off by default. */
  constructor(params: OptimizedParams<SGDOptions>, { lr, ...options }: Partial<SGDOptions> & { lr: number }) {
    super(params, { lr, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, ...options });
  }

  protected override check({ lr, momentum, weightDecay }: SGDOptions): void {
    for (const [name, value] of Object.entries({ lr, momentum, weightDecay })) {
      checkNotNegative('SGD', name, value);
    }
  }

  protected override prepare(group: ParamGroup<SavedOptions>, params: readonly Tensor[]): void {
    for (const parameter of params) this.stateOf(parameter);
    this.rates.write('_fused_sgd_', group, params);
  }

  private stateOf(parameter: Tensor): SGDState {
    const own = this.state.get(parameter) ?? { momentumBuffer: null };
    this.state.set(parameter, own);
    return own;
  }

  protected override update(
    group: ParamGroup<SavedOptions>,
    params: readonly Tensor[],
    grads: readonly Tensor[],
    foundInf: Tensor | null,
  ): void {
    const { lr, momentum, weightDecay } = group;
    const rate = this.rates.of(group);
    if (rate !== undefined) this.updateFused(group, params, grads, { rate, foundInf });
    else if (!isSkipped(foundInf)) {
      const decayed =
        weightDecay === 0 ? grads : dispatchMany('_foreach_add.List', grads, params, weightDecay);
      const change = momentum === 0 ? decayed : this.advanceBuffers(momentum, params, decayed);
      dispatchVoid('_foreach_add_.List', params, change, -lr);
    }
  }

  /** The buffers of a first step are zeros, to which its gradients are added. */
  private updateFused(
    { momentum, weightDecay, dampening, nesterov }: SavedOptions,
    params: readonly Tensor[],
    grads: readonly Tensor[],
    { rate, foundInf }: { rate: Tensor; foundInf: Tensor | null },
  ): void {
    const buffers = params.flatMap((parameter) => {
      const own = this.stateOf(parameter);
      if (momentum !== 0) own.momentumBuffer ??= zerosLike(parameter.detach()).keep();
      return own.momentumBuffer ?? [];
    });
    dispatchVoid(
      '_fused_sgd_.tensor_lr',
      params,
      grads,
      buffers,
      weightDecay,
      momentum,
      rate,
      dampening,
      nesterov,
      false,
      false,
      null,
      foundInf,
    );
  }

  /** The momentum buffers with this step's gradients; the first gradient becomes the buffer. */
  private advanceBuffers(momentum: number, params: readonly Tensor[], grads: readonly Tensor[]): Tensor[] {
    const moving: Tensor[] = [];
    const movingGrads: Tensor[] = [];
    const all = params.map((parameter, i) => {
      const own = this.stateOf(parameter);
      const grad = grads[i] as Tensor;
      if (own.momentumBuffer === null) own.momentumBuffer = grad.clone().keep();
      else {
        moving.push(own.momentumBuffer);
        movingGrads.push(grad);
      }
      return own.momentumBuffer;
    });
    if (moving.length > 0) {
      dispatchVoid('_foreach_mul_.Scalar', moving, momentum);
      dispatchVoid('_foreach_add_.List', moving, movingGrads, 1);
    }
    return all;
  }

  protected override packState({ momentumBuffer }: SGDState): PackedState {
    return { momentum_buffer: momentumBuffer };
  }

  protected override unpackState(saved: SavedDict, copy: (key: string) => Tensor): SGDState {
    const key = 'momentum_buffer';
    return { momentumBuffer: saved.optionalTensor(key) === null ? null : copy(key) };
  }

  protected override tensorsOf({ momentumBuffer }: SGDState): readonly Tensor[] {
    return momentumBuffer === null ? [] : [momentumBuffer];
  }
}
