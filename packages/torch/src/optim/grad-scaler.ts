import { noGrad } from '../autograd.ts';
import { full } from '../create.ts';
import { tidy } from '../scope.ts';
import { dispatchVoid, type Tensor } from '../tensor.ts';
import { SavedDict } from './saved-dict.ts';

export interface GradScalerOptions {
  initScale: number;
  /** What the scale is multiplied by after `growthInterval` steps without an overflow. */
  growthFactor: number;
  /** What it is multiplied by after an overflow. */
  backoffFactor: number;
  growthInterval: number;
}

/** The layout of torch.amp.GradScaler's `state_dict()`. */
export interface GradScalerStateDict {
  scale: number;
  growth_factor: number;
  backoff_factor: number;
  growth_interval: number;
  _growth_tracker: number;
}

/**
 * Keeps gradients within float16's range, as torch.amp.GradScaler: the loss is multiplied by a scale, the gradients are divided by it.
 * Where one is not finite the step is skipped and the scale halved; after many good steps it is doubled. All of it stays on the
 * device: nothing waits, and a CUDA graph can hold it. On a CPU libtorch 2.3 or newer is needed.
 */
export class GradScaler {
  private readonly scale: Tensor;
  private readonly growthTracker: Tensor;
  private readonly foundInf: Tensor;
  private options: GradScalerOptions;

  constructor(device: string, options: Partial<GradScalerOptions> = {}) {
    this.options = {
      initScale: 65_536,
      growthFactor: 2,
      backoffFactor: 0.5,
      growthInterval: 2000,
      ...options,
    };
    this.scale = full([], this.options.initScale, { device }).keep();
    this.growthTracker = full([], 0, { device, dtype: 'int32' }).keep();
    this.foundInf = full([], 0, { device }).keep();
  }

  /** The loss to compute gradients of. */
  scaled(loss: Tensor): Tensor {
    return loss.mul(this.scale);
  }

  /**
   * Divides gradients by the scale, once before each step.
   *
   * @returns for {@link Optimizer.step}: a scalar, 1 where a gradient is not finite, else 0. It changes with the next call.
   */
  unscale(params: Iterable<Tensor>): Tensor {
    tidy(() =>
      noGrad(() => {
        const grads = [...params].map(({ grad }) => grad).filter((grad) => grad !== null);
        this.foundInf.fill_(0);
        const inverse = this.scale.to('float64').reciprocal().to('float32');
        dispatchVoid('_amp_foreach_non_finite_check_and_unscale_', grads, this.foundInf, inverse);
      }),
    );
    return this.foundInf;
  }

  /** Sets the scale for the next step by what {@link unscale} found. */
  update(): void {
    const { growthFactor, backoffFactor, growthInterval } = this.options;
    const { scale, growthTracker, foundInf } = this;
    dispatchVoid(
      '_amp_update_scale_',
      scale,
      growthTracker,
      foundInf,
      growthFactor,
      backoffFactor,
      growthInterval,
    );
  }

  /** The scale; waits for the device. */
  get value(): number {
    return this.scale.item();
  }

  stateDict(): GradScalerStateDict {
    const { growthFactor, backoffFactor, growthInterval } = this.options;
    return {
      scale: this.value,
      growth_factor: growthFactor,
      backoff_factor: backoffFactor,
      growth_interval: growthInterval,
      _growth_tracker: this.growthTracker.item(),
    };
  }

  /** Takes over {@link stateDict}, or torch's. @throws TypeError when an entry is missing or of another type. */
  loadStateDict(saved: unknown): void {
    const dict = new SavedDict(saved, 'GradScaler state');
    const options = {
      initScale: dict.number('scale'),
      growthFactor: dict.number('growth_factor'),
      backoffFactor: dict.number('backoff_factor'),
      growthInterval: dict.number('growth_interval'),
    };
    this.growthTracker.fill_(dict.number('_growth_tracker'));
    this.scale.fill_(options.initScale);
    this.options = options;
  }
}
