import { checkCount, checkNotNegative } from './checks.ts';
import type { SavedDict } from './saved-dict.ts';
import { type Scheduled, StepCountScheduler } from './scheduler.ts';

/** Multiplies the learning rate by `gamma` every `stepSize` steps. */
export class StepLR extends StepCountScheduler {
  private stepSize: number;
  private gamma: number;

  constructor(optimizer: Scheduled, options: { stepSize: number; gamma?: number }) {
    super(optimizer);
    const { stepSize, gamma = 0.1 } = options;
    checkCount('StepLR', 'stepSize', stepSize);
    checkNotNegative('StepLR', 'gamma', gamma);
    this.stepSize = stepSize;
    this.gamma = gamma;
  }

  protected override next(epoch: number, lr: number): number {
    return epoch % this.stepSize === 0 ? lr * this.gamma : lr;
  }

  protected override packSettings(): Record<string, number> {
    return { step_size: this.stepSize, gamma: this.gamma };
  }

  protected override unpackSettings(saved: SavedDict): void {
    const stepSize = saved.number('step_size');
    this.gamma = saved.number('gamma');
    this.stepSize = stepSize;
  }
}
