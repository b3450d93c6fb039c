import { nn } from '@radweave/torch';

/** Small normal weights and no biases, in every linear layer, and with `convolutions` in those too. */
export function initSmall(model: nn.Module, convolutions = false): void {
  for (const [, module] of model.namedModules()) {
    if (!(module instanceof nn.Linear || (convolutions && module instanceof nn.Conv2d))) continue;
    nn.init.truncNormal_(module.weight, 0, 0.02);
    if (module.bias !== null) nn.init.zeros_(module.bias);
  }
}
