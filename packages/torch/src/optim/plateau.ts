import { checkNotNegative } from './checks.ts';
import { SavedDict } from './saved-dict.ts';
import { groupLrs, type Scheduled, type Scheduler } from './scheduler.ts';

const MODES = ['min', 'max'] as const;
const THRESHOLD_MODES = ['rel', 'abs'] as const;

/** Settings of {@link ReduceLROnPlateau}; names and defaults are torch's. */
export interface PlateauOptions {
  /** Whether the metric should fall or rise. */
  mode?: (typeof MODES)[number];
  /** What the learning rate is multiplied by, below 1. */
  factor?: number;
  /** Steps without improvement that are put up with. */
  patience?: number;
  /** How much better than the best counts as better: a fraction of the best (`rel`) or an amount (`abs`). */
  threshold?: number;
  thresholdMode?: (typeof THRESHOLD_MODES)[number];
  /** Steps after a reduction in which nothing is counted. */
  cooldown?: number;
  /** Lowest learning rate, for all groups or for each. */
  minLr?: number | readonly number[];
  /** A reduction smaller than this is not made. */
  eps?: number;
}

interface Settings extends Required<PlateauOptions> {
  minLr: readonly number[];
}

/** Lowers the learning rate when a metric has stopped getting better. A NaN metric is never better. */
export class ReduceLROnPlateau implements Scheduler {
  private readonly optimizer: Scheduled;
  private settings: Settings;
  private best: number;
  private badEpochs = 0;
  private cooldownLeft = 0;
  private lastEpoch = 0;
  private last: readonly number[];

  constructor(optimizer: Scheduled, options: PlateauOptions = {}) {
    this.optimizer = optimizer;
    const groups = optimizer.paramGroups;
    const { minLr = 0, mode = 'min', factor = 0.1, patience = 10, threshold = 1e-4 } = options;
    const { thresholdMode = 'rel', cooldown = 0, eps = 1e-8 } = options;
    const lowest = typeof minLr === 'number' ? groups.map(() => minLr) : minLr;
    this.settings = { mode, factor, patience, threshold, thresholdMode, cooldown, eps, minLr: lowest };
    checkSettings(this.settings, groups.length);
    this.best = worst(mode);
    this.last = groups.map(({ lr }) => lr);
  }

  get lastLr(): readonly number[] {
    return this.last;
  }

  /** @throws TypeError without a metric. */
  step(metric?: number): void {
    if (metric === undefined) throw new TypeError('ReduceLROnPlateau: step() needs the metric');
    const { patience, cooldown } = this.settings;
    this.lastEpoch += 1;
    if (this.isBetter(metric)) {
      this.best = metric;
      this.badEpochs = 0;
    } else {
      this.badEpochs += 1;
    }
    if (this.cooldownLeft > 0) {
      this.cooldownLeft -= 1;
      this.badEpochs = 0;
    }
    if (this.badEpochs > patience) {
      this.reduce();
      this.cooldownLeft = cooldown;
      this.badEpochs = 0;
    }
    this.last = this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  private isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.settings;
    const { best } = this;
    if (mode === 'min') return metric < (thresholdMode === 'rel' ? best * (1 - threshold) : best - threshold);
    return metric > (thresholdMode === 'rel' ? best * (threshold + 1) : best + threshold);
  }

  private reduce(): void {
    const { factor, minLr, eps } = this.settings;
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      const lr = Math.max(group.lr * factor, minLr[i] ?? 0);
      if (group.lr - lr > eps) group.lr = lr;
    }
  }

  stateDict(): Record<string, unknown> {
    const { mode, factor, patience, threshold, thresholdMode, cooldown, eps, minLr } = this.settings;
    return {
      factor,
      min_lrs: [...minLr],
      patience,
      verbose: false,
      cooldown,
      cooldown_counter: this.cooldownLeft,
      mode,
      threshold,
      threshold_mode: thresholdMode,
      best: this.best,
      num_bad_epochs: this.badEpochs,
      mode_worse: worst(mode),
      eps,
      last_epoch: this.lastEpoch,
      _last_lr: [...this.last],
    };
  }

  loadStateDict(saved: unknown): void {
    const dict = new SavedDict(saved, 'ReduceLROnPlateau state');
    const settings: Settings = {
      mode: dict.oneOf('mode', MODES),
      factor: dict.number('factor'),
      patience: dict.number('patience'),
      threshold: dict.number('threshold'),
      thresholdMode: dict.oneOf('threshold_mode', THRESHOLD_MODES),
      cooldown: dict.number('cooldown'),
      minLr: groupLrs(dict, 'min_lrs', this.optimizer),
      eps: dict.number('eps'),
    };
    const best = dict.number('best');
    const badEpochs = dict.number('num_bad_epochs');
    const cooldownLeft = dict.number('cooldown_counter');
    const lastEpoch = dict.number('last_epoch');
    // Torch 1 has no `_last_lr` before the first step.
    const last = dict.has('_last_lr') ? groupLrs(dict, '_last_lr', this.optimizer) : this.last;
    this.settings = settings;
    this.best = best;
    this.badEpochs = badEpochs;
    this.cooldownLeft = cooldownLeft;
    this.lastEpoch = lastEpoch;
    this.last = last;
  }
}

function worst(mode: Settings['mode']): number {
  return mode === 'min' ? Infinity : -Infinity;
}

function checkSettings(settings: Settings, groups: number): void {
  const { factor, patience, threshold, cooldown, minLr, eps } = settings;
  const owner = 'ReduceLROnPlateau';
  for (const [name, value] of Object.entries({ factor, patience, threshold, cooldown, eps })) {
    checkNotNegative(owner, name, value);
  }
  if (factor >= 1) throw new RangeError(`${owner}: factor must be below 1, got ${factor}`);
  if (minLr.length !== groups) {
    throw new RangeError(`${owner}: minLr has ${minLr.length} values for ${groups} group(s)`);
  }
}
