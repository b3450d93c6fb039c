import { native } from '@radweave/native';
import { HandleOwner } from './handle.ts';
import { fromHandle, type Tensor } from './tensor.ts';

const collector = new FinalizationRegistry<number>((handle) => native().disposeGenerator(handle));

/** Seeds every device's default generator; the same numbers follow as after `torch.manual_seed`. */
export function manualSeed(seed: number | bigint): void {
  native().manualSeed(seed);
}

/** State of a device's default generator, a uint8 tensor as `torch.get_rng_state` gives. */
export function getRngState(device = 'cpu'): Tensor {
  return fromHandle(native().rngState(device));
}

/** Restores what {@link getRngState} gave. */
export function setRngState(state: Tensor, device = 'cpu'): void {
  native().setRngState(device, state.handle);
}

/** A random stream of its own (CPU), so that one part's draws do not move another's. */
export class Generator extends HandleOwner {
  constructor(seed: number | bigint) {
    super(native().generator(seed));
    collector.register(this, this.handle, this);
  }
  override get holds(): 'generator' {
    return 'generator';
  }
  get state(): Tensor {
    return fromHandle(native().rngState(this.handle));
  }
  set state(value: Tensor) {
    native().setRngState(this.handle, value.handle);
  }
  dispose(): void {
    if (this.owned === 0) return;
    collector.unregister(this);
    native().disposeGenerator(this.owned);
    this.owned = 0;
  }
}
