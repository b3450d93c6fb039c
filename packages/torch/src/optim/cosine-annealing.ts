import { checkCount, checkNotNegative } from './checks.ts';
import { type Scheduled, StepCountScheduler } from './scheduler.ts';

/** Half a cosine wave from the learning rate down to `etaMin` in `tMax` steps (Loshchilov & Hutter 2017), then up again. */
export class CosineAnnealingLR extends StepCountScheduler<'T_max' | 'eta_min'> {
  constructor(optimizer: Scheduled, { tMax, etaMin = 0 }: { tMax: number; etaMin?: number }) {
    super(optimizer, { T_max: tMax, eta_min: etaMin });
    checkCount('CosineAnnealingLR', 'tMax', tMax);
    checkNotNegative('CosineAnnealingLR', 'etaMin', etaMin);
  }

  /** Torch's chained form: it keeps what else changed the learning rate, and rounds as torch does. */
  protected override next(epoch: number, lr: number, baseLr: number): number {
    const { T_max: tMax, eta_min: etaMin } = this.settings;
    if ((epoch - 1 - tMax) % (2 * tMax) === 0) {
      return lr + ((baseLr - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    }
    const height = (at: number): number => 1 + Math.cos((Math.PI * at) / tMax);
    return (height(epoch) / height(epoch - 1)) * (lr - etaMin) + etaMin;
  }
}
