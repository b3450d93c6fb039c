import { F, nn, type Tensor } from '@radweave/torch';

/** The feed-forward half of a transformer block: linear, GELU, linear, on the last dimension. */
export class Mlp extends nn.Module {
  readonly fc1: nn.Linear;
  readonly fc2: nn.Linear;

  constructor(features: number, hidden: number) {
    super();
    this.fc1 = new nn.Linear(features, hidden);
    this.fc2 = new nn.Linear(hidden, features);
  }

  override forward(x: Tensor): Tensor {
    return this.fc2.call(F.gelu(this.fc1.call(x)));
  }
}
