import { full } from '../create.ts';
import type { Tensor } from '../tensor.ts';

/**
 * A group's learning rate and step counts on a CUDA device. Fused operators read them there, so that a recorded step follows
 * numbers that change; writing them waits for nothing.
 */
export class DeviceScalars {
  private readonly rate: Tensor;
  private readonly counts: Tensor[] = [];
  private written = Number.NaN;
  private readonly device: string;

  constructor(device: string) {
    this.device = device;
    this.rate = full([], 0, { device }).keep();
  }

  /** Writes the learning rate unless it is there. */
  rateOf(lr: number): Tensor {
    if (lr !== this.written) this.rate.fill_(lr);
    this.written = lr;
    return this.rate;
  }

  /** Writes step counts, one for each parameter; gives where each is: equal ones are in one place, always the same. */
  countsOf(steps: readonly number[]): Tensor[] {
    const places = new Map<number, Tensor>();
    return steps.map((step) => {
      const known = places.get(step);
      if (known !== undefined) return known;
      const index = places.size;
      const place = this.counts[index] ?? full([], 0, { device: this.device }).keep();
      this.counts[index] = place;
      place.fill_(step);
      places.set(step, place);
      return place;
    });
  }
}
