import { checkCount, checkNotNegative } from './checks.ts';
import { type Scheduled, StepCountScheduler } from './scheduler.ts';

/** Multiplies the learning rate by `gamma` every `stepSize` steps. */
export class StepLR extends StepCountScheduler<'step_size' | 'gamma'> {
  constructor(optimizer: Scheduled, { stepSize, gamma = 0.1 }: { stepSize: number; gamma?: number }) {
    super(optimizer, { step_size: stepSize, gamma });
    checkCount('StepLR', 'stepSize', stepSize);
    checkNotNegative('StepLR', 'gamma', gamma);
  }

  protected override next(epoch: number, lr: number): number {
    return epoch % this.settings.step_size === 0 ? lr * this.settings.gamma : lr;
  }
}
