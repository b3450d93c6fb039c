import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';

/** The activation as a module; not in place. */
export class ReLU extends Module {
  override forward(input: Tensor): Tensor {
    return input.relu();
  }
}
