import { native } from '@radweave/native';
import { fromHandle, type Tensor } from './tensor.ts';

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
