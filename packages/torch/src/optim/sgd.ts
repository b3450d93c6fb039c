import { zerosLike } from '../create.ts';
import { dispatchMany, dispatchVoid, type Tensor } from '../tensor.ts';
import { checkNotNegative } from './checks.ts';
import { FusedRates } from './fused-rates.ts';
import type { GroupOptions, OptimizedParams, ParamGroup } from './groups.ts';
import { isSkipped, Optimizer, type PackedGroup, type PackedState } from './optimizer.ts';
import type { SavedDict } from './saved-dict.ts';

export interface SGDOptions extends GroupOptions {
  momentum: number;
  dampening: number;
  nesterov: boolean;
}

interface SGDState {
  /** Null as long as there has been no momentum. */
  momentumBuffer: Tensor | null;
}

/** Stochastic gradient descent; the update rule is torch.optim.SGD's (its `_multi_tensor_sgd`). */
export class SGD extends Optimizer<SGDOptions, SGDState> {
  protected override readonly unused: PackedGroup = { maximize: false, foreach: null, differentiable: false };
  protected override readonly refused: readonly string[] = ['maximize', 'differentiable'];
  private readonly rates = new FusedRates();

  /** @param options `lr` must be given; everything else is off by default. */
  constructor(params: OptimizedParams<SGDOptions>, { lr, ...options }: Partial<SGDOptions> & { lr: number }) {
    super(params, { lr, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, ...options });
  }

  protected override check(options: SGDOptions): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = options;
    for (const [name, value] of Object.entries({ lr, momentum, weightDecay })) {
      checkNotNegative('SGD', name, value);
    }
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new RangeError('SGD: nesterov needs a momentum above 0 and a dampening of 0');
    }
  }

  protected override prepare(group: ParamGroup<SGDOptions>, params: readonly Tensor[]): void {
    this.rates.write('_fused_sgd_', group, params);
  }

  protected override update(
    group: ParamGroup<SGDOptions>,
    params: readonly Tensor[],
    grads: readonly Tensor[],
    foundInf: Tensor | null,
  ): void {
    const rate = this.rates.of(group);
    // A first step that the device skips leaves a buffer of zeros: damped, the next gradient would not be its first.
    if (rate === undefined || (foundInf !== null && group.dampening !== 0)) {
      if (!isSkipped(foundInf)) this.updateByLists(group, params, grads);
      return;
    }
    const isNew = (parameter: Tensor): boolean =>
      (this.state.get(parameter)?.momentumBuffer ?? null) === null;
    const all = params.map((parameter, i) => ({
      parameter,
      grad: grads[i] as Tensor,
      isNew: isNew(parameter),
    }));
    for (const first of [true, false]) {
      const some = all.filter((item) => item.isNew === first);
      const own = some.map(({ parameter }) => parameter);
      if (own.length > 0)
        this.updateFused(
          group,
          own,
          some.map(({ grad }) => grad),
          { rate, isFirst: first, foundInf },
        );
    }
  }

  /** The first gradient becomes the momentum buffer undamped. */
  private updateFused(
    { momentum, dampening, weightDecay, nesterov }: SGDOptions,
    params: readonly Tensor[],
    grads: readonly Tensor[],
    { rate, isFirst, foundInf }: { rate: Tensor; isFirst: boolean; foundInf: Tensor | null },
  ): void {
    const buffers = params.map((parameter) => {
      const own = this.state.get(parameter) ?? { momentumBuffer: null };
      this.state.set(parameter, own);
      if (momentum !== 0) own.momentumBuffer ??= zerosLike(parameter.detach()).keep();
      return own.momentumBuffer;
    });
    dispatchVoid(
      '_fused_sgd_.tensor_lr',
      params,
      grads,
      buffers.filter((buffer) => buffer !== null),
      weightDecay,
      momentum,
      rate,
      dampening,
      nesterov,
      false,
      isFirst,
      null,
      foundInf,
    );
  }

  private updateByLists(options: SGDOptions, params: readonly Tensor[], grads: readonly Tensor[]): void {
    const { lr, momentum, weightDecay, nesterov } = options;
    const decayed = weightDecay === 0 ? grads : dispatchMany('_foreach_add.List', grads, params, weightDecay);
    const buffers = this.advanceBuffers(options, params, decayed);
    let change = decayed;
    if (momentum !== 0) {
      change = nesterov ? dispatchMany('_foreach_add.List', decayed, buffers, momentum) : buffers;
    }
    dispatchVoid('_foreach_add_.List', params, change, -lr);
  }

  /** The momentum buffers with this step's gradients; the first gradient becomes the buffer undamped. */
  private advanceBuffers(
    { momentum, dampening }: SGDOptions,
    params: readonly Tensor[],
    grads: readonly Tensor[],
  ): Tensor[] {
    const all: Tensor[] = [];
    const moving: Tensor[] = [];
    const movingGrads: Tensor[] = [];
    for (const [i, grad] of grads.entries()) {
      const parameter = params[i];
      if (parameter === undefined) continue;
      const own = this.state.get(parameter) ?? { momentumBuffer: null };
      this.state.set(parameter, own);
      if (momentum === 0) continue;
      if (own.momentumBuffer === null) {
        own.momentumBuffer = grad.clone().keep();
      } else {
        moving.push(own.momentumBuffer);
        movingGrads.push(grad);
      }
      all.push(own.momentumBuffer);
    }
    if (moving.length > 0) {
      dispatchVoid('_foreach_mul_.Scalar', moving, momentum);
      dispatchVoid('_foreach_add_.List', moving, movingGrads, 1 - dampening);
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
