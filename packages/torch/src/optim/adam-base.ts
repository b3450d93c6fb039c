import { full, zerosLike } from '../create.ts';
import { dispatchMany, dispatchVoid, type Tensor } from '../tensor.ts';
import { checkNotNegative } from './checks.ts';
import { FusedRates, isFusable } from './fused-rates.ts';
import type { GroupOptions, ParamGroup } from './groups.ts';
import { isSkipped, Optimizer, type PackedGroup, type PackedState } from './optimizer.ts';
import type { SavedDict } from './saved-dict.ts';

export interface AdamOptions extends GroupOptions {
  /** Decay rates of the averages of the gradient and of its square. */
  betas: readonly [number, number];
  /** Added to the denominator. */
  eps: number;
  /** Divides by the largest average of squares so far (Reddi et al. 2018). */
  amsgrad: boolean;
}

interface AdamState {
  /** Updates so far, a float32 scalar: on the device where a fused operator reads it, else on the CPU. */
  step: Tensor;
  average: Tensor;
  squares: Tensor;
  largest: Tensor | null;
}

/** What Adam and AdamW share: everything but the way weights decay. */
export abstract class AdamBase extends Optimizer<AdamOptions, AdamState> {
  /** The fused operator's name, without its namespace. */
  protected abstract readonly fused: '_fused_adam_' | '_fused_adamw_';
  protected override readonly unused: PackedGroup = { maximize: false, foreach: null, capturable: false };
  protected override readonly refused: readonly string[] = ['maximize', 'differentiable'];
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
    for (const parameter of params) this.stateOf(parameter, group.amsgrad);
    this.rates.write(this.fused, group, params);
  }

  protected override update(
    group: ParamGroup<AdamOptions>,
    params: readonly Tensor[],
    grads: readonly Tensor[],
    foundInf: Tensor | null,
  ): void {
    const { betas, weightDecay, eps, amsgrad } = group;
    const rate = this.rates.of(group);
    if (rate === undefined) {
      if (!isSkipped(foundInf)) this.updateByLists(group, params, grads);
      return;
    }
    const states = params.map((parameter) => this.stateOf(parameter, amsgrad));
    const steps = states.map(({ step }) => step);
    dispatchVoid('_foreach_add_.Scalar', steps, 1);
    dispatchVoid(
      `${this.fused}.tensor_lr`,
      params,
      grads,
      states.map(({ average }) => average),
      states.map(({ squares }) => squares),
      states.map(({ largest }) => largest).filter((tensor) => tensor !== null),
      steps,
      rate,
      ...betas,
      weightDecay,
      eps,
      amsgrad,
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
    const { lr, eps, amsgrad } = options;
    const [beta1, beta2] = options.betas;
    const states = params.map((parameter) => this.stateOf(parameter, amsgrad));
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

    const denominators = dispatchMany('_foreach_sqrt', amsgrad ? raiseLargest(states, squares) : squares);
    const corrections = steps.map((step) => Math.sqrt(1 - beta2 ** step));
    dispatchVoid('_foreach_div_.ScalarList', denominators, corrections);
    dispatchVoid('_foreach_add_.Scalar', denominators, eps);
    const sizes = steps.map((step) => -(lr / (1 - beta1 ** step)));
    dispatchVoid('_foreach_addcdiv_.ScalarList', params, averages, denominators, sizes);
  }

  private stateOf(parameter: Tensor, amsgrad: boolean): AdamState {
    let state = this.state.get(parameter);
    if (state === undefined) {
      const zeros = (): Tensor => zerosLike(parameter).keep();
      const step = this.stepCount(parameter, 0).keep();
      state = { step, average: zeros(), squares: zeros(), largest: null };
      this.state.set(parameter, state);
    }
    if (amsgrad && state.largest === null) state.largest = zerosLike(parameter).keep();
    return state;
  }

  private stepCount(parameter: Tensor, steps: number): Tensor {
    return full([], steps, { device: isFusable(this.fused, [parameter]) ? parameter.device : 'cpu' });
  }

  protected override packState({ step, average, squares, largest }: AdamState): PackedState {
    const extra = largest === null ? {} : { max_exp_avg_sq: largest };
    return { step, exp_avg: average, exp_avg_sq: squares, ...extra };
  }

  protected override unpackState(
    saved: SavedDict,
    copy: (key: string) => Tensor,
    parameter: Tensor,
  ): AdamState {
    const largest = 'max_exp_avg_sq';
    return {
      step: this.stepCount(parameter, saved.number('step')),
      average: copy('exp_avg'),
      squares: copy('exp_avg_sq'),
      largest: saved.optionalTensor(largest) === null ? null : copy(largest),
    };
  }

  protected override tensorsOf({ step, average, squares, largest }: AdamState): readonly Tensor[] {
    return largest === null ? [step, average, squares] : [step, average, squares, largest];
  }
}

function raiseLargest(states: readonly AdamState[], squares: readonly Tensor[]): Tensor[] {
  const largest = states.map((state) => state.largest).filter((tensor) => tensor !== null);
  dispatchVoid('_foreach_maximum_.List', largest, squares);
  return largest;
}
