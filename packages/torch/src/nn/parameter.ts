import { noGrad } from '../autograd.ts';
import { Tensor } from '../tensor.ts';

/** A tensor that a module owns for as long as the module lives. */
abstract class Owned extends Tensor {
  constructor(data: Tensor) {
    super(data.release());
    this.keep();
  }

  /** Puts other data in the place of this tensor's, for another device, dtype or memory format. */
  assign(data: Tensor): void {
    const { requiresGrad } = this;
    this.replaceBy(data);
    this.requiresGrad = requiresGrad;
  }

  /** Copies values of the same shape in; dtype and device stay. */
  load(values: Tensor): void {
    noGrad(() => this.copy_(values));
  }
}

/** A learnable tensor of a module. Takes over `data`, which must be a leaf. */
export class Parameter extends Owned {
  constructor(data: Tensor, requiresGrad = true) {
    super(data);
    this.requiresGrad = requiresGrad;
  }
}

/** A tensor of a module that is not learned, such as a running mean; saved unless `persistent` is false. */
export class Buffer extends Owned {
  readonly persistent: boolean;

  constructor(data: Tensor, options: { persistent?: boolean } = {}) {
    super(data);
    this.persistent = options.persistent ?? true;
  }
}
