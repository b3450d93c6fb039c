import { full } from '../create.ts';
import type { Tensor } from '../tensor.ts';
import { isFusable } from './fused.ts';
import type { GroupOptions } from './groups.ts';

/**
 * Learning rates of the groups that a fused operator updates, on their CUDA device. Fused operators read them there, so that a
 * recorded step follows a number that changes; writing one waits for nothing.
 */
export class FusedRates {
  private readonly rates = new Map<GroupOptions, { rate: Tensor; written: number }>();

  /** Writes a group's learning rate unless it is there, where `operator` can update these parameters. */
  write(operator: string, group: GroupOptions, params: readonly Tensor[]): void {
    if (!isFusable(operator, params)) return;
    const device = params[0]?.device ?? 'cpu';
    const own = this.rates.get(group) ?? { rate: full([], 0, { device }).keep(), written: Number.NaN };
    if (group.lr !== own.written) own.rate.fill_(group.lr);
    own.written = group.lr;
    this.rates.set(group, own);
  }

  /** The rate that was written last; undefined for a group that operators over lists update. */
  of(group: GroupOptions): Tensor | undefined {
    return this.rates.get(group)?.rate;
  }
}
