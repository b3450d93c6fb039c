import { checkNotNegative } from './checks.ts';
import { SavedDict } from './saved-dict.ts';
import { groupLrs, type Scheduled, type Scheduler } from './scheduler.ts';

/** Settings of {@link ReduceLROnPlateau}; names and defaults are torch's. */
export interface PlateauOptions {
  /** What the learning rate is multiplied by, below 1. */
  factor?: number;
  /** Steps without improvement that are put up with. */
  patience?: number;
}

/** Torch's other settings, at its defaults, but that the metric is one that should rise. */
const FIXED = { cooldown: 0, mode: 'max', threshold: 1e-4, threshold_mode: 'rel', eps: 1e-8 } as const;

/**
 * Lowers the learning rate when a metric no longer rises, as torch's with `mode='max'`: by a share of at least 1e-4 of the best. A
 * NaN metric is never better.
 */
export class ReduceLROnPlateau implements Scheduler {
  private readonly optimizer: Scheduled;
  private settings: Required<PlateauOptions>;
  private best = -Infinity;
  private badEpochs = 0;
  private lastEpoch = 0;
  private last: readonly number[];

  constructor(optimizer: Scheduled, { factor = 0.1, patience = 10 }: PlateauOptions = {}) {
    this.optimizer = optimizer;
    this.settings = { factor, patience };
    for (const [name, value] of Object.entries(this.settings))
      checkNotNegative('ReduceLROnPlateau', name, value);
    if (factor >= 1) throw new RangeError(`ReduceLROnPlateau: factor must be below 1, got ${factor}`);
    this.last = this.lrs;
  }

  get lastLr(): readonly number[] {
    return this.last;
  }

  private get lrs(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** @throws TypeError without a metric. */
  step(metric?: number): void {
    if (metric === undefined) throw new TypeError('ReduceLROnPlateau: step() needs the metric');
    this.lastEpoch += 1;
    if (metric > this.best * (FIXED.threshold + 1)) {
      this.best = metric;
      this.badEpochs = 0;
    } else this.badEpochs += 1;
    if (this.badEpochs > this.settings.patience) {
      this.reduce();
      this.badEpochs = 0;
    }
    this.last = this.lrs;
  }

  /** A reduction of no more than `eps` is not made. */
  private reduce(): void {
    for (const group of this.optimizer.paramGroups) {
      const lr = group.lr * this.settings.factor;
      if (group.lr - lr > FIXED.eps) group.lr = lr;
    }
  }

  stateDict(): Record<string, unknown> {
    const { factor, patience } = this.settings;
    const { cooldown, mode, threshold, threshold_mode, eps } = FIXED;
    return {
      factor,
      min_lrs: this.last.map(() => 0),
      patience,
      verbose: false,
      cooldown,
      cooldown_counter: 0,
      mode,
      threshold,
      threshold_mode,
      best: this.best,
      num_bad_epochs: this.badEpochs,
      mode_worse: -Infinity,
      eps,
      last_epoch: this.lastEpoch,
      _last_lr: [...this.last],
    };
  }

  /** @throws RangeError for a state with settings that are not offered here. */
  loadStateDict(saved: unknown): void {
    const dict = new SavedDict(saved, 'ReduceLROnPlateau state');
    dict.requireSame({ ...FIXED, min_lrs: this.last.map(() => 0) });
    const settings = { factor: dict.number('factor'), patience: dict.number('patience') };
    const best = dict.number('best');
    const badEpochs = dict.number('num_bad_epochs');
    const lastEpoch = dict.number('last_epoch');
    // Torch 1 has no `_last_lr` before the first step.
    const last = dict.has('_last_lr') ? groupLrs(dict, '_last_lr', this.optimizer) : this.last;
    this.settings = settings;
    this.best = best;
    this.badEpochs = badEpochs;
    this.lastEpoch = lastEpoch;
    this.last = last;
  }
}
