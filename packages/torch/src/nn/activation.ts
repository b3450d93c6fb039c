import type { Tensor } from '../tensor.ts';
import { gelu, hardsigmoid, hardswish, leakyRelu, relu6, silu } from './functional.ts';
import { Module } from './module.ts';

/** Activations as modules. None works in place. */

export class ReLU extends Module {
  override forward(input: Tensor): Tensor {
    return input.relu();
  }
}

export class ReLU6 extends Module {
  override forward(input: Tensor): Tensor {
    return relu6(input);
  }
}

/** Exact, or with the tanh approximation. */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor(approximate: 'none' | 'tanh' = 'none') {
    super();
    this.approximate = approximate;
  }

  override forward(input: Tensor): Tensor {
    return gelu(input, this.approximate);
  }
}

export class SiLU extends Module {
  override forward(input: Tensor): Tensor {
    return silu(input);
  }
}

export class Hardswish extends Module {
  override forward(input: Tensor): Tensor {
    return hardswish(input);
  }
}

export class Hardsigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return hardsigmoid(input);
  }
}

export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

export class LeakyReLU extends Module {
  readonly slope: number;

  constructor(slope = 0.01) {
    super();
    this.slope = slope;
  }

  override forward(input: Tensor): Tensor {
    return leakyRelu(input, this.slope);
  }
}

export class Softmax extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  override forward(input: Tensor): Tensor {
    return input.softmax(this.dim);
  }
}
