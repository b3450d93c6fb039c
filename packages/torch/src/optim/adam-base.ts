import { full, zerosLike } from '../create.ts';
import { dispatchMany, dispatchVoid, type Tensor } from '../tensor.ts';
import { checkNotNegative } from './checks.ts';
import { isFusable } from './fused.ts';
import { FusedRates } from './fused-rates.ts';
import type { GroupOptions, ParamGroup } from './groups.ts';
import { isSkipped, Optimizer, type PackedGroup, type PackedState } from './optimizer.ts';
import type { SavedDict } from './saved-dict.ts';

export interface AdamOptions extends GroupOptions {
  /** Decay rates of the averages of the gradient and of its square. */
  betas: readonly [number, number];
  /** Added to the denominator. */
  eps: number;
}

interface AdamState {
  /** Updates so far, a float32 scalar: on the device where a fused operator reads it, else on the CPU. */
  step: Tensor;
  average: Tensor;
  squares: Tensor;
}

/** What Adam and AdamW share: everything but the way weights decay. */
export abstract class AdamBase extends Optimizer<AdamOptions, AdamState> {
  /** The fused operator's name, without its namespace. */
  protected abstract readonly fused: '_fused_adam_' | '_fused_adamw_';
  protected override readonly unused: PackedGroup = {
    amsgrad: false,
    maximize: false,
    foreach: null,
    capturable: false,
  };
  protected override readonly required: PackedGroup = {
    amsgrad: false,
    maximize: false,
    differentiable: false,
  };
  private readonly rates = new FusedRates();

  /** Lets the weights decay and returns the gradients to continue with. */
  protected abstract decay(
    options: AdamOptions,
    params: readonly Tensor[],
    grads: readonly Tensor[],
  ): readonly Tensor[];

  protected override check(options: AdamOptions): void {
    const owner = this.constructor.name;
    const { lr, betas, eps, weightDecay } = options;
    for (const [name, value] of Object.entries({ lr, eps, weightDecay }))
      checkNotNegative(owner, name, value);
    if (!betas.every((beta) => beta >= 0 && beta < 1)) {
      throw new RangeError(`${owner}: betas must be at least 0 and below 1, got ${betas.join(', ')}`);
    }
  }

  protected override prepare(group: ParamGroup<AdamOptions>, params: readonly Tensor[]): void {
    for (const parameter of params) this.stateOf(parameter);
    this.rates.write(this.fused, group, params);
  }

  protected override update(
    group: ParamGroup<AdamOptions>,
    params: readonly Tensor[],
    grads: readonly Tensor[],
    foundInf: Tensor | null,
  ): void {
    const { betas, weightDecay, eps } = group;
    const rate = this.rates.of(group);
    if (rate === undefined) {
      if (!isSkipped(foundInf)) this.updateByLists(group, params, grads);
      return;
    }
    const states = params.map((parameter) => this.stateOf(parameter));
    const steps = states.map(({ step }) => step);
    dispatchVoid('_foreach_add_.Scalar', steps, 1);
    dispatchVoid(
      `${this.fused}.tensor_lr`,
      params,
      grads,
      states.map(({ average }) => average),
      states.map(({ squares }) => squares),
      [],
      steps,
      rate,
      ...betas,
      weightDecay,
      eps,
      false,
      false,
      null,
      foundInf,
    );
    if (foundInf !== null) {
      const skipped = steps.map(() => foundInf);
      dispatchVoid('_foreach_sub_.List', steps, skipped);
    }
  }

  /** The rule, and the order of its roundings, are torch.optim's `_multi_tensor_adam`. */
  private updateByLists(options: AdamOptions, params: readonly Tensor[], given: readonly Tensor[]): void {
    const { lr, eps } = options;
    const [beta1, beta2] = options.betas;
    const states = params.map((parameter) => this.stateOf(parameter));
    const grads = this.decay(options, params, given);
    dispatchVoid(
      '_foreach_add_.Scalar',
      states.map((state) => state.step),
      1,
    );
    const steps = states.map((state) => state.step.item());

    const averages = states.map(({ average }) => average);
    dispatchVoid('_foreach_mul_.Scalar', averages, beta1);
    dispatchVoid('_foreach_add_.List', averages, grads, 1 - beta1);
    const squares = states.map((state) => state.squares);
    dispatchVoid('_foreach_mul_.Scalar', squares, beta2);
    dispatchVoid('_foreach_addcmul_.Scalar', squares, grads, grads, 1 - beta2);

    const denominators = dispatchMany('_foreach_sqrt', squares);
    const corrections = steps.map((step) => Math.sqrt(1 - beta2 ** step));
    dispatchVoid('_foreach_div_.ScalarList', denominators, corrections);
    dispatchVoid('_foreach_add_.Scalar', denominators, eps);
    const sizes = steps.map((step) => -(lr / (1 - beta1 ** step)));
    dispatchVoid('_foreach_addcdiv_.ScalarList', params, averages, denominators, sizes);
  }

  private stateOf(parameter: Tensor): AdamState {
    let state = this.state.get(parameter);
    if (state === undefined) {
      const zeros = (): Tensor => zerosLike(parameter).keep();
      const step = this.stepCount(parameter, 0).keep();
      state = { step, average: zeros(), squares: zeros() };
      this.state.set(parameter, state);
    }
    return state;
  }

  private stepCount(parameter: Tensor, steps: number): Tensor {
    return full([], steps, { device: isFusable(this.fused, [parameter]) ? parameter.device : 'cpu' });
  }

  protected override packState({ step, average, squares }: AdamState): PackedState {
    return { step, exp_avg: average, exp_avg_sq: squares };
  }

  protected override unpackState(
    saved: SavedDict,
    copy: (key: string) => Tensor,
    parameter: Tensor,
  ): AdamState {
    return {
      step: this.stepCount(parameter, saved.number('step')),
      average: copy('exp_avg'),
      squares: copy('exp_avg_sq'),
    };
  }

  protected override tensorsOf({ step, average, squares }: AdamState): readonly Tensor[] {
    return [step, average, squares];
  }
}
