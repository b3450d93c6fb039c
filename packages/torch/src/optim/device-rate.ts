import { full } from '../create.ts';
import type { Tensor } from '../tensor.ts';

/**
 * A group's learning rate on a CUDA device. Fused operators read it there, so that a recorded step follows a number that changes;
 * writing it waits for nothing.
 */
export class DeviceRate {
  private readonly rate: Tensor;
  private written = Number.NaN;

  constructor(device: string) {
    this.rate = full([], 0, { device }).keep();
  }

  /** Writes the learning rate unless it is there. */
  of(lr: number): Tensor {
    if (lr !== this.written) this.rate.fill_(lr);
    this.written = lr;
    return this.rate;
  }
}
