import { checkCount, checkNotNegative } from './checks.ts';
import type { SavedDict } from './saved-dict.ts';
import { type Scheduled, StepCountScheduler } from './scheduler.ts';

/** Half a cosine wave from the learning rate down to `etaMin` in `tMax` steps (Loshchilov & Hutter 2017), then up again. */
export class CosineAnnealingLR extends StepCountScheduler {
  private tMax: number;
  private etaMin: number;

  constructor(optimizer: Scheduled, options: { tMax: number; etaMin?: number }) {
    super(optimizer);
    const { tMax, etaMin = 0 } = options;
    checkCount('CosineAnnealingLR', 'tMax', tMax);
    checkNotNegative('CosineAnnealingLR', 'etaMin', etaMin);
    this.tMax = tMax;
    this.etaMin = etaMin;
  }

  /** Torch's chained form: it keeps what else changed the learning rate, and rounds as torch does. */
  protected override next(epoch: number, lr: number, baseLr: number): number {
    const { tMax, etaMin } = this;
    if ((epoch - 1 - tMax) % (2 * tMax) === 0) {
      return lr + ((baseLr - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    }
    const height = (at: number): number => 1 + Math.cos((Math.PI * at) / tMax);
    return (height(epoch) / height(epoch - 1)) * (lr - etaMin) + etaMin;
  }

  protected override packSettings(): Record<string, number> {
    return { T_max: this.tMax, eta_min: this.etaMin };
  }

  protected override unpackSettings(saved: SavedDict): void {
    const tMax = saved.number('T_max');
    this.etaMin = saved.number('eta_min');
    this.tMax = tMax;
  }
}
